export interface Answerer {
  provider?: string | undefined;
  /** What its provider calls the model. */
  model: string;
  /** What the routing calls it; older answers do not say. */
  name?: string | undefined;
}

/** Who gave an answer: by the routing's name, and how the provider calls the model where that says more. */
export function answeredBy({ provider, model, name = model }: Answerer): string {
  if (provider === 'builtin') return 'the builtin rules';
  return name === model ? name : `${name} · ${model}`;
}

/** An answer's text without what is shown beside it: the mark of its mode, and the note that another model answered. */
export function answerOf(text: string, insteadOf: string | undefined): string {
  const said = text.replace(/ \[CONVERSATION\]$/, '').trimEnd();
  return insteadOf !== undefined && said.endsWith(insteadOf) ? said.slice(0, -insteadOf.length).trimEnd() : said;
}
