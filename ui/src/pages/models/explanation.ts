import type { Schemas } from '../../api/client';
import { BUILTIN } from './document';

/** Where such a call would go, in a sentence. */
export function explained({ purpose, models }: Schemas['Explanation']): string {
  const article = /^[aeiou]/.test(purpose) ? 'An' : 'A';
  const call = `${article} ${purpose.toUpperCase()} call now`;
  if (models.length === 0) return `${call} would find no model, and fail.`;
  const names = models.map(({ name, provider }) => (name === BUILTIN ? 'the builtin rules' : `${name} (${provider})`));
  return `${call} would go to ${names.join(', then ')}.`;
}

/** What the sentence leaves open: why so, and who is left alone for a moment. */
export function because({ reasons, models }: Schemas['Explanation']): string[] {
  const resting = new Set(models.filter((each) => each.resting).map(({ provider }) => provider));
  return [...reasons.map(capital), ...[...resting].map((provider) => `${provider} failed so often that it rests for a moment: the next one is asked.`)];
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
