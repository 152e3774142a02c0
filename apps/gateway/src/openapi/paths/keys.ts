import { keyListQuery } from '../../keys/key-body.ts';
import { BODY_ERRORS, answer, body, empty, needs, parameter, problems, type Paths } from '../operation.ts';
import { queryParameters } from '../schemas.ts';

const ID = 'key_01jc8n4w2v6q0x3r5t7y9z1b2d';
const LIMITS = { requests_per_minute: 1_200, generations_in_flight: 100, asset_bytes: 10_737_418_240 };
const KEY = {
  id: ID,
  name: 'shop',
  scopes: ['read', 'generate'],
  limits: LIMITS,
  created_at: '2026-11-25T09:30:00.000Z',
};
const SIGNED_IN = { key: { id: ID, name: 'shop', scopes: ['generate'] }, guest: false };

export const keyPaths: Paths = {
  '/v1/admin/keys': {
    post: {
      operationId: 'createKey',
      tags: ['Keys'],
      summary: 'Make an API key',
      description: 'The answer alone holds the secret.',
      security: needs('admin'),
      requestBody: body('KeyBody', {
        usual: { name: 'shop' },
        limited: {
          name: 'trial',
          scopes: ['generate'],
          limits: { requests_per_minute: 60, asset_bytes: 1_000_000_000 },
        },
      }),
      responses: {
        201: answer('The key and its secret.', 'NewKey', { ...KEY, key: 'mdl_8Zr3…' }, ['location']),
        ...problems('keyed', ...BODY_ERRORS),
      },
    },
    get: {
      operationId: 'listKeys',
      tags: ['Keys'],
      summary: 'List API keys',
      description: 'Revoked ones included, in no order that means anything.',
      security: needs('admin'),
      parameters: queryParameters(keyListQuery),
      responses: {
        200: answer('A page of keys.', 'KeyList', { data: [KEY], next_cursor: null }),
        ...problems('keyed', 'invalid_request'),
      },
    },
  },
  '/v1/admin/keys/{id}': {
    get: {
      operationId: 'getKey',
      tags: ['Keys'],
      summary: 'Read an API key',
      security: needs('admin'),
      parameters: [parameter('KeyId')],
      responses: { 200: answer('The key.', 'Key', KEY), ...problems('keyed', 'not_found') },
    },
    delete: {
      operationId: 'revokeKey',
      tags: ['Keys'],
      summary: 'Revoke an API key',
      description: 'Holds at once, on every gateway. The key that sends the request stays.',
      security: needs('admin'),
      parameters: [parameter('KeyId')],
      responses: { 204: empty('It is revoked.'), ...problems('keyed', 'not_found', 'conflict') },
    },
  },
  '/v1/session': {
    post: {
      operationId: 'beginSession',
      tags: ['Session'],
      summary: 'Sign a page in',
      description:
        'Gives an HttpOnly cookie for an API key, which comes in the body or as Authorization, so that no script of the page holds it. A session lives for a week. Without a key a visitor becomes a guest for a day, where the deployment lets guests in. An address may begin 30 sessions a minute, and 10 of guests.',
      security: [],
      requestBody: body('SessionBody', { key: { key: 'mdl_8Zr3…' }, guest: {} }, false),
      responses: {
        201: answer('Signed in.', 'BegunSession', { ...SIGNED_IN, expires_at: '2026-12-02T09:30:00.000Z' }, [
          'set-cookie',
        ]),
        ...problems('open', ...BODY_ERRORS, 'unauthorized', 'forbidden'),
      },
    },
    get: {
      operationId: 'getSession',
      tags: ['Session'],
      summary: 'Read who is signed in',
      security: needs('read'),
      responses: {
        200: answer('Whose key it is, and the limits that hold.', 'Session', { ...SIGNED_IN, limits: LIMITS }),
        ...problems('keyed'),
      },
    },
    delete: {
      operationId: 'endSession',
      tags: ['Session'],
      summary: 'Sign out',
      security: [],
      responses: { 204: empty('The session has ended.', ['set-cookie']), ...problems('open', 'forbidden') },
    },
  },
};
