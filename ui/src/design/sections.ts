/** How a link to a part of a page looks, in the row of its parts. */
export function sectionLook(isOpen: boolean): string {
  return `border-b-2 px-2.5 py-2 text-sm whitespace-nowrap ${isOpen ? 'border-ink font-medium' : 'border-transparent text-soft hover:text-ink'}`;
}

/** On a phone the open part may stand beyond the edge. */
export function intoView(link: HTMLAnchorElement | null): void {
  link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
