import type { Schemas } from '../../api/client';
import { BUILTIN } from './document';

type Explanation = Schemas['Explanation'];

/** Where such a call would really go, in a sentence: who is passed over is not named. */
export function explained({ purpose, models, answers }: Explanation): string {
  const article = /^[aeiou]/.test(purpose) ? 'An' : 'A';
  const call = `${article} ${purpose.toUpperCase()} call now`;
  if (models.length === 0) return `${call} would find no model, and fail.`;
  if (answers === null) return `${call} would find nobody who can answer, and fail.`;
  const first = models.findIndex(({ name }) => name === answers);
  const asked = models.slice(first).filter(({ locked, resting }) => !locked && !resting);
  const names = asked.map(({ name, provider }) => (name === BUILTIN ? 'the builtin rules' : `${name} (${provider})`));
  return `${call} would go to ${names.join(', then ')}.`;
}

/** What the sentence leaves open: why so, and who is passed over. */
export function because({ reasons, models }: Explanation): string[] {
  const away = (which: 'locked' | 'resting') => [...new Set(models.filter((each) => each[which]).map(({ provider }) => provider))];
  return [
    ...reasons.map(capital),
    ...away('locked').map((provider) => `${provider} misses its key: ${itsModels(models, provider)} passed over.`),
    ...away('resting').map((provider) => `${provider} failed so often that it rests for a moment: ${itsModels(models, provider)} passed over.`),
  ];
}

function itsModels(models: Explanation['models'], provider: string): string {
  const names = models.filter((each) => each.provider === provider).map(({ name }) => name);
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'}`;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
