/** What is said of an attached description where nothing else was typed. */
export const BUILD_FROM_FILE = 'Build a module from this file';

/** The version that every OpenAPI or Swagger description states, in YAML or JSON, near its beginning. */
const STATED_VERSION = /(?:^|[{,\s])["']?(?:openapi|swagger)["']?\s*:\s*["']?[23]/;
const LOOKED_AT = 4000;

/** A pasted API description as the file that it could have been; `null` for any other text. */
export function pastedDescription(text: string): File | null {
  if (!text.includes('\n') && !text.trimStart().startsWith('{')) return null;
  if (!STATED_VERSION.test(text.slice(0, LOOKED_AT))) return null;
  const isJson = text.trimStart().startsWith('{');
  return new File([text], `pasted.openapi.${isJson ? 'json' : 'yaml'}`, { type: isJson ? 'application/json' : 'application/yaml' });
}
