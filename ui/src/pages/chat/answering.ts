/** Who gave an answer. */
export function answeredBy(model: string, provider: string | undefined): string {
  if (provider === 'builtin') return 'Answered by the builtin rules';
  return `Answered by ${model}${provider === undefined ? '' : ` (${provider})`}`;
}

/** An answer's text without what is shown beside it: the mark of its mode, and the note that another model answered. */
export function answerOf(text: string, insteadOf: string | undefined): string {
  const said = text.replace(/ \[CONVERSATION\]$/, '').trimEnd();
  return insteadOf !== undefined && said.endsWith(insteadOf) ? said.slice(0, -insteadOf.length).trimEnd() : said;
}
