import createClient from 'openapi-fetch';

import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Thread = Schemas['Thread'];
export type Message = Schemas['Message'];
export type Run = Schemas['Run'];
export type Approval = Schemas['Approval'];
export type LogEvent = Schemas['Event'];
export type LogPage = Schemas['Events'];
export type Problem = Schemas['Problem'];

/** No form and no foreign page can send this header: the service asks for it before it heeds the session's cookie. */
const HEADERS = { accept: 'application/json', 'x-nexus-client': 'page' };

export const api = createClient<paths>({ baseUrl: globalThis.location.origin, headers: HEADERS });

/** What the service refused, in its own words: what is wrong and the mend. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

type Outcome<T> = { data?: T | undefined; error?: unknown; response: Response };

/** The answer's data. Throws `Refusal` with the problem document, also where none came with the refusal. */
export function answered<T>({ data, error, response }: Outcome<T>): T {
  if (error === undefined && response.ok) return data as T;
  throw new Refusal(isProblem(error) ? error : unexplained(response));
}

/** Keep a file's bytes as they are; messages refer to it by the id. */
export async function upload(file: File): Promise<Schemas['StoredFile']> {
  const response = await fetch(`/v1/files?${new URLSearchParams({ name: file.name }).toString()}`, {
    method: 'POST',
    headers: { ...HEADERS, 'content-type': file.type || 'application/octet-stream' },
    body: file,
  });
  const body: unknown = await response.json().catch(() => undefined);
  return answered(response.ok ? { data: body as Schemas['StoredFile'], response } : { error: body ?? null, response });
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'detail' in value && 'code' in value;
}

function unexplained(response: Response): Problem {
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    code: 'unexplained',
    detail: `The service answered ${response.status} without a reason.`,
    mend: 'Try again; if it stays so, look at the log of nexus serve.',
    request_id: response.headers.get('x-request-id') ?? '',
  };
}
