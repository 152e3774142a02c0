import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiKeyHashPrefix, apiKeyId, newApiKey } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';

interface KeyView {
  id: string;
  name: string;
  key: string;
  scopes: string[];
  limits: Record<string, number | null>;
  revoked_at?: string;
  detail: string;
}

let backends: Backends;
let gateway: TestGateway;
let second: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends, { MEDLEY_REQUESTS_PER_MINUTE: '500' });
  second = await TestGateway.start(backends, { MEDLEY_BOOTSTRAP_KEY: gateway.key });
});
afterAll(async () => {
  await second.close();
  await gateway.close();
  await backends.close();
});

const create = async (json: object) => (await gateway.json<KeyView>('/v1/admin/keys', { json })).body;
const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const statusOf = async (on: TestGateway, key: string, path = '/v1/models') => (await on.call(path, as(key))).status;

describe('/v1/admin/keys', () => {
  it('tells a new key once, and stores its hash alone', async () => {
    const { status, headers, body } = await gateway.json<KeyView>('/v1/admin/keys', { json: { name: 'a page' } });
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(headers.get('location')).toBe(`/v1/admin/keys/${body.id}`);
    expect(body).toMatchObject({ id: apiKeyId(body.key), name: 'a page', scopes: ['read', 'generate'] });
    expect(body.limits).toMatchObject({ requests_per_minute: 500, generations_in_flight: 100 });
    const shown = await gateway.json<KeyView>(`/v1/admin/keys/${body.id}`);
    expect(shown.body).not.toHaveProperty('key');
    for (const name of await backends.keys('keys/'))
      expect(Buffer.from((await backends.store.get(name))!.body).toString()).not.toContain('mdl_');
    expect(await statusOf(gateway, body.key)).toBe(200);
  });

  it('keeps the limits of a key apart from those of the deployment', async () => {
    const limits = { requests_per_minute: null, generations_in_flight: 3 };
    const { id } = await create({ name: 'limited', limits });
    const { body } = await gateway.json<KeyView>(`/v1/admin/keys/${id}`);
    expect(body.limits).toEqual({ ...limits, asset_bytes: 10 * 1024 ** 3 });
  });

  it('lists every key once, in pages', async () => {
    for (let count = 0; count < 5; count += 1) await create({ name: `listed ${count}` });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? 'limit=2' : `limit=2&cursor=${cursor}`;
      const { body } = await gateway.json<{ data: KeyView[]; next_cursor: string | null }>(`/v1/admin/keys?${query}`);
      seen.push(...body.data.map(({ id }) => id));
      cursor = body.next_cursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength((await backends.keys('keys/')).length);
    expect(seen).toContain(apiKeyId(gateway.key));
  });

  it('revokes a key at once on every gateway, although both have used it just now', async () => {
    const { id, key } = await create({ name: 'short-lived' });
    expect([await statusOf(gateway, key), await statusOf(second, key)]).toEqual([200, 200]);
    expect((await gateway.call(`/v1/admin/keys/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect([await statusOf(second, key), await statusOf(gateway, key)]).toEqual([401, 401]);
    await backends.queue.connections.patient.flushall();
    expect([await statusOf(second, key), await statusOf(gateway, key)]).toEqual([401, 401]);
    const { body } = await gateway.json<KeyView>(`/v1/admin/keys/${id}`);
    expect(body.revoked_at).toBeDefined();
  });

  it('takes nobody the key that he sends with', async () => {
    const path = `/v1/admin/keys/${apiKeyId(gateway.key)}`;
    expect((await gateway.call(path, { method: 'DELETE' })).status).toBe(409);
    expect(await statusOf(gateway, gateway.key)).toBe(200);
  });

  it('starts with the key that was handed over and no other; one that was revoked stays so', async () => {
    const [first, other] = [newApiKey(), newApiKey()];
    const started = await TestGateway.start(backends, { MEDLEY_BOOTSTRAP_KEY: first });
    expect([await statusOf(started, first), await statusOf(started, other)]).toEqual([200, 401]);
    await gateway.call(`/v1/admin/keys/${apiKeyId(first)}`, { method: 'DELETE' });
    await started.close();
    const again = await TestGateway.start(backends, { MEDLEY_BOOTSTRAP_KEY: first });
    expect(await statusOf(again, first)).toBe(401);
    await again.close();
  });

  it.each([
    [{}, '/name', 'name is missing'],
    [{ name: 'x', scopes: ['fly'] }, '/scopes/0', '"fly"'],
    [{ name: 'x', scopes: [] }, '/scopes', '>=1'],
    [{ name: 'x', limits: { requests_per_minute: 0 } }, '/limits/requests_per_minute', '>=1'],
    [{ name: 'x', limits: { bytes: 1 } }, '/limits/bytes', 'limits.bytes is not a field'],
    [{ name: 'x', key: 'mdl_mine' }, '/key', 'key is not a field'],
  ])('refuses %j in words', async (json, pointer, words) => {
    const { status, body } = await gateway.json<KeyView & { pointer: string }>('/v1/admin/keys', { json });
    expect([status, body.pointer]).toEqual([400, pointer]);
    expect(body.detail).toContain(words);
  });

  it.each(['key_nothing', `key_${'0'.repeat(26)}`, 'x'.repeat(90)])('knows no %s', async (id) => {
    expect((await gateway.call(`/v1/admin/keys/${id}`)).status).toBe(404);
    expect((await gateway.call(`/v1/admin/keys/${id}`, { method: 'DELETE' })).status).toBe(404);
  });
});

describe('scopes', () => {
  it.each([
    [['read'], 200, 403, 403],
    [['generate'], 200, 202, 403],
    [['admin'], 403, 403, 200],
    [['read', 'generate', 'admin'], 200, 202, 200],
  ])('%j', async (scopes, reads, generates, manages) => {
    const { key } = await create({ name: 'scoped', scopes });
    const generation = await gateway.call('/v1/generations', {
      json: PICTURE,
      headers: { authorization: `Bearer ${key}` },
    });
    expect([
      await statusOf(gateway, key),
      generation.status,
      await statusOf(gateway, key, '/v1/admin/keys?limit=1'),
    ]).toEqual([reads, generates, manages]);
  });

  it('are named where one is missing', async () => {
    const { key } = await create({ name: 'reads', scopes: ['read'] });
    const { body } = await gateway.json<KeyView & { code: string }>('/v1/admin/keys', as(key));
    expect(body).toMatchObject({
      code: 'forbidden',
      detail: 'this API key has the scopes read; GET /v1/admin/keys needs admin',
    });
  });
});

describe('a Redis that is away', () => {
  it('lets known keys read and revoked ones not', async () => {
    const [kept, revoked] = [await create({ name: 'kept' }), await create({ name: 'revoked' })];
    await gateway.call(`/v1/admin/keys/${revoked.id}`, { method: 'DELETE' });
    await backends.redis.kill();
    expect([await statusOf(gateway, kept.key), await statusOf(gateway, revoked.key)]).toEqual([200, 401]);
    expect((await gateway.call(`/v1/admin/keys/${kept.id}`, { method: 'DELETE' })).status).toBe(503);
    expect(await statusOf(second, kept.key)).toBe(401);
    await backends.redis.restart();
  });
});

describe('the id of a key', () => {
  it('leads to the hash that its record is stored under', async () => {
    for (let count = 0; count < 50; count += 1) {
      const id = apiKeyId(newApiKey());
      expect(apiKeyHashPrefix(id)).toMatch(/^[0-9a-f]{32}$/);
    }
    const { id } = await create({ name: 'found' });
    expect(await backends.keys(`keys/${apiKeyHashPrefix(id)}`)).toHaveLength(1);
  });
});
