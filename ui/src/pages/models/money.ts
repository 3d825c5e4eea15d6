import type { Schemas } from '../../api/client';

const WHOLE = new Intl.NumberFormat('en');
const DOLLARS = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });
const CENTS = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 });

/** US dollars as decimal text, to be added up without the errors of fractions: billionths of a dollar. */
export function nanosOf(usd: string): number {
  return Math.round(Number(usd) * 1e9);
}

/** Billionths of a US dollar as people read them; what is less than a cent keeps two digits that say something. */
export function dollars(nanos: number): string {
  const usd = nanos / 1e9;
  return usd !== 0 && Math.abs(usd) < 0.1 ? CENTS.format(usd) : DOLLARS.format(usd);
}

export const count = (value: number) => WHOLE.format(value);

/** What a model costs, in a few words. */
export function priceOf({ input_price, output_price }: Pick<Schemas['ModelCard'], 'input_price' | 'output_price'>): string {
  if (Number(input_price) === 0 && Number(output_price) === 0) return 'free';
  const price = (text: string) => dollars(nanosOf(text));
  return `${price(input_price)} in, ${price(output_price)} out per million tokens`;
}
