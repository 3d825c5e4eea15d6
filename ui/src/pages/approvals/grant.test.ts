import { describe, expect, it } from 'vitest';

import { changesOf, consistent, describedAt, referencesOf } from './grant';
import type { Grant } from './payload';

const API = 'https://api.example:443';
const FILES = 'https://files.example:443';
const GRANT: Grant = {
  hosts: [API, FILES],
  capabilities: ['http'],
  binding: { [`${FILES}/v2`]: 'http://127.0.0.1:8100' },
  credentials: [{ credential: 'key', reference: 'files-key', origin: FILES }],
};

describe('a grant that is edited', () => {
  it('sends the parts that differ, and nothing where none does', () => {
    expect(changesOf(GRANT, consistent(GRANT))).toBeNull();
    expect(changesOf(GRANT, consistent({ ...GRANT, capabilities: [] }))).toEqual({ capabilities: [] });
  });

  it('drops with a host what belongs to it', () => {
    expect(changesOf(GRANT, consistent({ ...GRANT, hosts: [API] }))).toEqual({ hosts: [API], binding: {}, credentials: [] });
  });

  it('takes no host for another that only begins alike', () => {
    const alike = { ...GRANT, hosts: ['https://files.example:44'] };
    expect(consistent(alike)).toMatchObject({ binding: {}, credentials: [] });
  });

  it('does not send empty or padded addresses', () => {
    const typed = { ...GRANT, binding: { [API]: '  ', [FILES]: ' http://127.0.0.1:8100 ' } };
    expect(consistent(typed).binding).toEqual({ [FILES]: 'http://127.0.0.1:8100' });
  });

  it('offers what is bound already, else the host', () => {
    expect(describedAt(API, GRANT.binding)).toEqual([API]);
    expect(describedAt(FILES, GRANT.binding)).toEqual([`${FILES}/v2`]);
  });

  it('asks for each credential that the module needs', () => {
    expect(referencesOf(GRANT, [{ name: 'key' }, { name: 'token' }])).toEqual([
      ...GRANT.credentials,
      { credential: 'token', reference: '', origin: API },
    ]);
    expect(referencesOf({ ...GRANT, hosts: [], credentials: [] }, [{ name: 'key' }])).toEqual([]);
  });
});
