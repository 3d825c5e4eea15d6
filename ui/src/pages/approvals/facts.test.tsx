import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';

import { ModuleFacts } from './facts';
import type { ModulePayload } from './payload';

const PAYLOAD: ModulePayload = {
  module: 'ledger', bundle_sha256: 'b'.repeat(64), proof_hash: 'a'.repeat(64), isolation: 'kernel', capabilities: ['http'],
  hosts: ['https://ledger.example:443'], binding: {},
  credentials: [{ credential: 'apiKey', reference: 'ledger-key', origin: 'https://ledger.example:443' }],
};

it('says which stored secret is given as which credential, and where alone it is sent', () => {
  const text = renderToStaticMarkup(<ModuleFacts payload={PAYLOAD} shown={{}} />).replace(/<[^>]*>/g, '');
  expect(text).toContain('ledger-key as apiKey, at https://ledger.example:443 only');
});
