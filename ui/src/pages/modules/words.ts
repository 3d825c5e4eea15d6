/** An origin without what is the rule: https, and its port. */
export function hostName(origin: string): string {
  return origin.replace(/^https:\/\//, '').replace(/:443(?=\/|$)/, '');
}

export function sizeOf(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KiB`;
}
