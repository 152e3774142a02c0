import { z } from 'zod';
import { SCOPES } from '../../keys/api-key.ts';
import { moment, page } from './parts.ts';

const scope = z.enum(SCOPES).meta({ id: 'KeyScope' });
const limit = z.int().nullable();
const limits = z
  .object({
    requests_per_minute: limit,
    generations_in_flight: limit,
    asset_bytes: limit.describe('Bytes of all its assets together.'),
  })
  .meta({ id: 'KeyLimits', description: 'The limits that hold. Null is no limit.' });

const key = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(scope),
    limits,
    guest: z.literal(true).optional().describe('Of a visitor without a key.'),
    created_at: moment,
    revoked_at: moment.optional(),
  })
  .meta({ id: 'Key', description: 'An API key without its secret.' });

const newKey = z
  .object({ ...key.shape, key: z.string().describe('The secret, `mdl_…`, which is told this once.') })
  .meta({ id: 'NewKey', description: 'An API key, and the one time that its secret is told.' });

const signedIn = {
  key: z.object({ id: z.string(), name: z.string(), scopes: z.array(scope) }),
  guest: z.boolean().describe('A visitor without a key.'),
};
const begunSession = z
  .object({ ...signedIn, expires_at: moment })
  .meta({ id: 'BegunSession', description: 'Who is signed in now; the cookie came with this answer.' });
const session = z
  .object({ ...signedIn, limits })
  .meta({ id: 'Session', description: 'Who sends this request, by cookie or by key, and the limits that hold.' });

export const keyAnswers = [key, page(key, 'KeyList'), newKey, begunSession, session];
