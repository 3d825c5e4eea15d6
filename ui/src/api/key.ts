/**
 * A key that no request had before: 128 random bits. `crypto.randomUUID` is missing where the page came over plain http
 * from another machine; this is not.
 */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
