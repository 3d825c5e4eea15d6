/** The parts of the page, each at an address of its own. */
export const PLACES = [
  { place: 'providers', title: 'Providers' },
  { place: 'routing', title: 'Routing' },
  { place: 'spend', title: 'Spend' },
] as const;

export type Place = (typeof PLACES)[number]['place'];
