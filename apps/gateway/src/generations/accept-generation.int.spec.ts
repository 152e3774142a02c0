import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiKeyId, objectKeys } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';
import { StorageGate } from '../storage-gate.fixture.ts';

let backends: Backends;
let gateway: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends);
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

interface View {
  id: string;
  seed: number;
  status: string;
  code: string;
}
const create = (body: unknown, headers: Record<string, string> = {}) =>
  gateway.json<View>('/v1/generations', { json: body, headers });

describe('POST /v1/generations', () => {
  it('answers 202 once the request stands in S3, and its flow in the queue', async () => {
    const { status, headers, body } = await create(PICTURE);
    expect([status, headers.get('retry-after')]).toEqual([202, '1']);
    expect(headers.get('location')).toBe(gateway.url(`/v1/generations/${body.id}`).href);
    const request = (await backends.openRequest(body.id))!;
    expect(request).toMatchObject({ id: body.id, steps: 10, seed: body.seed, sampler: 'ddim' });
    const jobs = await backends.ports.queue.jobStates(request, 1);
    expect(Object.fromEntries([...jobs.values()].map(({ stage, state }) => [stage, state]))).toEqual({
      encode: 'live',
      diffuse: 'live',
      decode: 'absent',
      assemble: 'absent',
    });
    const { body: view } = await gateway.json<View>(`/v1/generations/${body.id}`);
    expect(view).toMatchObject({ status: 'queued', queue: { position: 0 } });
  });

  it('keeps inline files as assets of the key, once for equal bytes', async () => {
    const data = `data:image/gif;base64,${Buffer.from('GIF89a\x01\x00\x01\x00').toString('base64')}`;
    const twice = { ...PICTURE, conditions: [0.5, 1].map((weight) => ({ type: 'image', data, weight })) };
    const request = (await backends.openRequest(await gateway.accept(twice)))!;
    const [first, second] = request.conditions as { asset: { id: string; content_type: string } }[];
    expect(first!.asset).toMatchObject({ content_type: 'image/gif', bytes: 10 });
    expect(second!.asset).toEqual(first!.asset);
    expect(await backends.keys(objectKeys.assetUsePrefix(request.owner, first!.asset.id))).toHaveLength(1);
  });

  it('with Prefer: wait answers 200 when it is done by then', async () => {
    const key = { 'idempotency-key': 'waited-for' };
    const id = (await create(PICTURE, key)).body.id;
    const answered = create(PICTURE, { prefer: 'wait=20', ...key });
    await backends.commit(id, { status: 'failed', error: new Error('secret') });
    const { status, body, headers } = await answered;
    expect([status, body.id, body.status]).toEqual([200, id, 'failed']);
    expect(headers.get('preference-applied')).toBe('wait=20');
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('with Prefer: wait=0 does not wait', async () => {
    expect((await create(PICTURE, { prefer: 'wait=0' })).status).toBe(202);
  });
});

describe('a request that is not accepted', () => {
  const gif = (words: string) => Buffer.from(`GIF89a\x01\x00\x01\x00${words}`);
  const inline = (words: string) => ({
    type: 'image',
    data: `data:image/gif;base64,${gif(words).toString('base64')}`,
  });
  const held = async (owner: string) => [
    ...(await backends.keys(objectKeys.assetPrefix(owner))),
    ...(await backends.keys(`uses/${owner}/`)),
  ];

  it('stores nothing: where it has no place, and where one of its conditions is refused', async () => {
    const json = { name: 'one', limits: { generations_in_flight: 1 } };
    const { body: key } = await gateway.json<View & { key: string }>('/v1/admin/keys', { json });
    const headers = { authorization: `Bearer ${key.key}` };
    const bad = { ...PICTURE, conditions: [inline('a'), { type: 'image', asset: `ast_${'0'.repeat(26)}` }] };
    expect((await create(bad, headers)).body.code).toBe('asset_not_found');
    expect((await create(PICTURE, headers)).status).toBe(202);
    expect((await create({ ...PICTURE, conditions: [inline('b')] }, headers)).status).toBe(429);
    expect(await held(key.id)).toEqual([]);
  });

  it('leaves no mark when storage fails; what the client had sent before stays', async () => {
    const gate = await StorageGate.start(backends.s3Endpoint);
    const own = await TestGateway.start(backends, { S3_ENDPOINT: gate.endpoint });
    const headers = { 'content-type': 'image/gif' };
    const { body: asset } = await own.json<View>('/v1/assets', { method: 'POST', body: gif('named'), headers });
    const json = { ...PICTURE, conditions: [inline('c'), { type: 'image', asset: asset.id }] };
    gate.fate = (method, path) => (method === 'PUT' && path.startsWith('/medley/open/') ? 'refused' : undefined);
    expect((await own.json<View>('/v1/generations', { json })).body.code).toBe('storage_unavailable');
    expect(await held(apiKeyId(own.key))).toEqual([objectKeys.asset(apiKeyId(own.key), asset.id)]);
    gate.fate = (method, path) => (method === 'PUT' && path.startsWith('/medley/open/') ? 'unanswered' : undefined);
    const accepted = await own.json<View>('/v1/generations', { json });
    expect(accepted.status).toBe(202);
    expect(await backends.openRequest(accepted.body.id)).toBeDefined();
    expect(await backends.keys(`uses/${apiKeyId(own.key)}/`)).toHaveLength(2);
    await own.close();
    gate.close();
  });
});

describe('a file that is deleted while a generation by it is accepted', () => {
  it('is told, and nothing is accepted', async () => {
    const gate = await StorageGate.start(backends.s3Endpoint);
    const own = await TestGateway.start(backends, { S3_ENDPOINT: gate.endpoint });
    const owner = apiKeyId(own.key);
    const body = Buffer.from('GIF89a\x01\x00\x01\x00 deleted');
    const headers = { 'content-type': 'image/gif' };
    const { body: asset } = await own.json<View>('/v1/assets', { method: 'POST', body, headers });
    gate.fate = async (method, path) => {
      if (method === 'PUT' && path.startsWith('/medley/uses/'))
        await backends.store.delete([objectKeys.asset(owner, asset.id)]);
      return undefined;
    };
    const json = { ...PICTURE, conditions: [...PICTURE.conditions, { type: 'image', asset: asset.id }] };
    expect(await own.json('/v1/generations', { json })).toMatchObject({
      status: 409,
      body: {
        code: 'conflict',
        pointer: '/conditions/1',
        detail: `the file of conditions[1], ${asset.id}, was deleted while this was accepted; send it again`,
      },
    });
    expect(await backends.keys(`uses/${owner}/`)).toEqual([]);
    await own.close();
    gate.close();
  });
});

describe('Idempotency-Key', () => {
  it('gives twenty racing requests one generation', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(PICTURE, { 'idempotency-key': 'race' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => `${body.id} ${body.seed}`)).size).toBe(1);
    const request = (await backends.openRequest(answers[0]!.body.id))!;
    expect((await backends.ports.queue.jobStates(request, 1)).size).toBe(4);
  });

  it('keeps its one place when the first to take it is not the first to be accepted', async () => {
    const gate = await StorageGate.start(backends.s3Endpoint);
    const slow = await TestGateway.start(backends, { S3_ENDPOINT: gate.endpoint });
    const { body: key } = await gateway.json<View & { key: string }>('/v1/admin/keys', {
      json: { name: 'one', limits: { generations_in_flight: 1 } },
    });
    const authorization = `Bearer ${key.key}`;
    const headers = { authorization, 'idempotency-key': 'shared' };
    const send = (on: TestGateway) => on.json<View>('/v1/generations', { json: PICTURE, headers });
    gate.fate = async (method, path) => {
      if (method === 'PUT' && path.startsWith('/medley/open/')) expect((await send(gateway)).status).toBe(202);
      return undefined;
    };
    expect((await send(slow)).status).toBe(202);
    expect((await create(PICTURE, { authorization })).body.code).toBe('rate_limited');
    await slow.close();
    gate.close();
  });

  it('takes the same body in another order of keys, and refuses another body', async () => {
    const key = { 'idempotency-key': 'body' };
    const { body } = await create({ ...PICTURE, seed: 7 }, key);
    const { outputs, conditions } = PICTURE;
    expect((await create({ seed: 7, outputs, conditions }, key)).body.id).toBe(body.id);
    const other = await create({ ...PICTURE, seed: 8 }, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
  });

  it('gives the generation as it ended, and takes its own put back', async () => {
    const key = { 'idempotency-key': 'ended' };
    const { body } = await create(PICTURE, key);
    await backends.commit(body.id, { status: 'succeeded', outputs: [] });
    const again = await create(PICTURE, key);
    expect([again.status, again.body.id, again.body.status]).toEqual([200, body.id, 'succeeded']);
    expect(await backends.openRequest(body.id)).toBeUndefined();
  });

  it('is gone with a deleted generation', async () => {
    const key = { 'idempotency-key': 'deleted' };
    const { body } = await create(PICTURE, key);
    await gateway.call(`/v1/generations/${body.id}`, { method: 'DELETE' });
    expect((await create(PICTURE, key)).body.code).toBe('gone');
  });

  it('keeps no input but those of the one generation that it names', async () => {
    const owner = await TestGateway.start(backends);
    const key = { 'idempotency-key': 'inputs' };
    const send = (fill: number) => {
      const data = `data:image/gif;base64,${Buffer.from(`GIF89a\x01\x00\x01\x00${fill}`).toString('base64')}`;
      return owner.json<View>('/v1/generations', {
        json: { ...PICTURE, conditions: [{ type: 'image', data }] },
        headers: key,
      });
    };
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => send(index)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array.from({ length: 11 }, () => 422)]);
    const request = (await backends.openRequest(answers.find(({ status }) => status === 202)!.body.id))!;
    const [condition] = request.conditions as { asset: { id: string } }[];
    const { id } = condition!.asset;
    const kept = [objectKeys.asset(request.owner, id), objectKeys.assetUse(request.owner, id, request.id)].sort();
    const assets = async () =>
      [
        ...(await backends.keys(objectKeys.assetPrefix(request.owner))),
        ...(await backends.keys(`uses/${request.owner}/`)),
      ].sort();
    expect(await assets()).toEqual(kept);
    expect((await send(99)).status).toBe(422);
    expect(await assets()).toEqual(kept);
    await owner.call(`/v1/generations/${request.id}`, { method: 'DELETE' });
    expect((await send(99)).body.code).toBe('gone');
    expect(await assets()).toEqual([]);
    await owner.close();
  });

  it('belongs to one API key', async () => {
    const other = await TestGateway.start(backends);
    const key = { 'idempotency-key': 'mine' };
    const mine = await create(PICTURE, key);
    const theirs = await other.json<View>('/v1/generations', { json: PICTURE, headers: key });
    expect(theirs.body.id).not.toBe(mine.body.id);
    expect((await other.json(`/v1/generations/${mine.body.id}`)).status).toBe(404);
    await other.close();
  });
});

describe('GET /v1/generations', () => {
  it('lists the newest first, in pages, by status', async () => {
    const lister = await TestGateway.start(backends);
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(await lister.accept());
    await backends.commit(ids[1]!, { status: 'canceled' });
    await lister.call(`/v1/generations/${ids[3]}`, { method: 'DELETE' });
    const list = async (query: string) =>
      (await lister.json<{ data: View[]; next_cursor: string | null }>(`/v1/generations?${query}`)).body;
    expect((await list('')).data.map(({ id }) => id)).toEqual([ids[4], ids[2], ids[1], ids[0]]);
    expect((await list('status=canceled&limit=1')).data.map(({ id }) => id)).toEqual([ids[1]]);
    const first = await list('limit=2');
    const second = await list(`limit=2&cursor=${first.next_cursor}`);
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual([ids[4], ids[2], ids[1], ids[0]]);
    await lister.close();
  });
});
