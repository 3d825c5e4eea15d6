/** The parts of a module's page, each at an address of its own. */
export const SECTIONS = [
  { section: 'operations', title: 'Operations' },
  { section: 'reach', title: 'Reach' },
  { section: 'files', title: 'Files' },
  { section: 'report', title: 'Report' },
  { section: 'versions', title: 'Versions' },
  { section: 'changes', title: 'Changes' },
  { section: 'runs', title: 'Runs' },
] as const;

export type Section = (typeof SECTIONS)[number]['section'];

/** What a section shows, as far as it can be chosen. */
export interface Chosen {
  operation?: string;
  version?: number;
  against?: number;
  file?: string;
}

export function chosenIn(search: Record<string, unknown>): Chosen {
  const { operation, version, against, file } = search;
  return {
    ...(typeof operation === 'string' && { operation }),
    ...(isNumber(version) && { version }),
    ...(isNumber(against) && { against }),
    ...(typeof file === 'string' && { file }),
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}
