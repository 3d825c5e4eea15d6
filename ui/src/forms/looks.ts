export const CONTROL = 'min-h-9 w-full rounded-field border border-edge bg-sheet px-2.5 text-sm';
export const TEXT_AREA = 'w-full rounded-field border border-edge bg-sheet p-2.5 text-sm';
