import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';

interface Answer {
  id: string;
  key: string;
  code: string;
  detail: string;
  pointer?: string;
}

let backends: Backends;
let gateway: TestGateway;
let second: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends);
  second = await TestGateway.start(backends, { MEDLEY_BOOTSTRAP_KEY: gateway.key });
});
afterAll(async () => {
  await second.close();
  await gateway.close();
  await backends.close();
});

async function keyWith(limits: object): Promise<{ id: string; headers: Record<string, string> }> {
  const { body } = await gateway.json<Answer>('/v1/admin/keys', { json: { name: 'limited', limits } });
  return { id: body.id, headers: { authorization: `Bearer ${body.key}` } };
}

describe('requests a minute', () => {
  it('are counted over all gateways; the fields say where a client stands, and when to come back', async () => {
    const { headers } = await keyWith({ requests_per_minute: 6 });
    const answers: Response[] = [];
    for (let count = 0; count < 8; count += 1)
      answers.push(await (count % 2 === 0 ? gateway : second).call('/v1/models', { headers }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
    const field = (name: string) => answers.map((answer) => answer.headers.get(name));
    expect(new Set(field('ratelimit-policy'))).toEqual(new Set(['"requests";q=6;w=60']));
    expect(field('ratelimit').map((value) => /;r=(\d+);/.exec(value!)![1])).toEqual('5 4 3 2 1 0 0 0'.split(' '));
    const refused = answers[7]!;
    const problem = (await refused.json()) as Answer;
    expect(problem.code).toBe('rate_limited');
    expect(problem.detail).toContain('this API key may send 6 requests a minute');
    const wait = Number(refused.headers.get('retry-after'));
    expect(refused.headers.get('ratelimit')).toBe(`"requests";r=0;t=${wait}`);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(10);
  });

  it('let no more than the limit through, however many ask at once', async () => {
    const { headers } = await keyWith({ requests_per_minute: 10 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? gateway : second).call('/v1/models', { headers })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  });

  it('of one key are not those of another, and a key without a limit has no fields', async () => {
    const { headers } = await keyWith({ requests_per_minute: 1 });
    expect((await gateway.call('/v1/models', { headers })).status).toBe(200);
    expect((await gateway.call('/v1/models', { headers })).status).toBe(429);
    const free = await gateway.call('/v1/models');
    expect([free.status, free.headers.get('ratelimit')]).toEqual([200, null]);
  });

  it('count requests that are refused for other reasons', async () => {
    const { headers } = await keyWith({ requests_per_minute: 2 });
    expect((await gateway.call('/v1/generations', { json: {}, headers })).status).toBe(400);
    expect((await gateway.call('/v1/admin/keys', { headers })).status).toBe(403);
    expect((await gateway.call('/v1/models', { headers })).status).toBe(429);
  });
});

describe('generations in flight', () => {
  const create = (on: TestGateway, headers: Record<string, string>) =>
    on.json<Answer>('/v1/generations', { json: PICTURE, headers });

  it('are counted over all gateways; the end of one makes room', async () => {
    const { headers } = await keyWith({ generations_in_flight: 2 });
    const ids = [(await create(gateway, headers)).body.id, (await create(second, headers)).body.id];
    const refused = await create(gateway, headers);
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([429, 'rate_limited', '2']);
    expect(refused.body.detail).toContain('may have 2 generations in flight');
    await backends.commit(ids[0]!, { status: 'succeeded', outputs: [] });
    expect((await create(second, headers)).status).toBe(202);
    await gateway.call(`/v1/generations/${ids[1]}/cancel`, { method: 'POST', headers });
    expect((await create(second, headers)).status).toBe(202);
    expect((await create(second, headers)).status).toBe(429);
  });

  it('are never more than the limit when many are asked for at once', async () => {
    const { headers } = await keyWith({ generations_in_flight: 3 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => create(index % 2 === 0 ? gateway : second, headers)),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(3);
  });

  it('leave the place of what was not accepted, or was there before', async () => {
    const { headers } = await keyWith({ generations_in_flight: 2 });
    const again = { ...headers, 'idempotency-key': 'same' };
    const { body } = await create(gateway, again);
    expect((await create(second, again)).body.id).toBe(body.id);
    expect((await gateway.call('/v1/generations', { json: { ...PICTURE, seed: 1 }, headers: again })).status).toBe(422);
    expect((await create(gateway, headers)).status).toBe(202);
    expect((await create(gateway, headers)).status).toBe(429);
  });

  it('are not asked for by what is sent again once it has ended', async () => {
    const { headers } = await keyWith({ generations_in_flight: 1 });
    const again = { ...headers, 'idempotency-key': 'ended' };
    const { body } = await create(gateway, again);
    await backends.commit(body.id, { status: 'succeeded', outputs: [] });
    expect((await create(second, headers)).status).toBe(202);
    const replayed = await create(second, again);
    expect([replayed.status, replayed.body.id]).toEqual([200, body.id]);
    const other = await gateway.json<Answer>('/v1/generations', { json: { ...PICTURE, seed: 1 }, headers: again });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
  });

  it('are known again after Redis lost them, as soon as the reconciler has them back', async () => {
    const { headers } = await keyWith({ generations_in_flight: 1 });
    const { body } = await create(gateway, headers);
    await backends.queue.connections.patient.flushall();
    await backends.ports.live.create((await backends.openRequest(body.id))!, 1);
    expect((await create(gateway, headers)).status).toBe(429);
  });
});

describe('bytes of assets', () => {
  const gif = (bytes: number, fill: number) => {
    const file = Buffer.alloc(bytes, fill);
    file.write('GIF89a\x01\x00\x01\x00', 'latin1');
    return file;
  };
  const upload = (on: TestGateway, headers: Record<string, string>, body: Buffer<ArrayBuffer>) =>
    on.json<Answer>('/v1/assets', { method: 'POST', body, headers: { ...headers, 'content-type': 'image/gif' } });

  it('are limited over all gateways; equal bytes count once, what is deleted is free at once', async () => {
    const { headers } = await keyWith({ asset_bytes: 250 });
    const first = await upload(gateway, headers, gif(100, 1));
    expect(first.status).toBe(201);
    expect((await upload(second, headers, gif(100, 1))).body.id).toBe(first.body.id);
    expect((await upload(second, headers, gif(150, 2))).status).toBe(201);
    const refused = await upload(gateway, headers, gif(20, 3));
    expect([refused.status, refused.body.code]).toEqual([403, 'quota_exceeded']);
    expect(refused.body.detail).toContain('the file has 20 bytes; this API key keeps 250 of 250');
    expect((await gateway.call(`/v1/assets/${first.body.id}`, { method: 'DELETE', headers })).status).toBe(204);
    expect((await upload(gateway, headers, gif(20, 3))).status).toBe(201);
  });

  it('count inline files too, with the pointer to the one that is too much', async () => {
    const { headers } = await keyWith({ asset_bytes: 10 });
    const data = `data:image/gif;base64,${gif(20, 4).toString('base64')}`;
    const json = { ...PICTURE, conditions: [{ type: 'image', data }] };
    const { status, body } = await gateway.json<Answer>('/v1/generations', { json, headers });
    expect([status, body.code, body.pointer]).toEqual([403, 'quota_exceeded', '/conditions/0/data']);
  });

  it('are kept as long as a generation uses them', async () => {
    const { headers } = await keyWith({});
    const { body } = await upload(gateway, headers, gif(30, 5));
    const json = { ...PICTURE, conditions: [{ type: 'image', asset: body.id }] };
    const generation = await gateway.json<Answer>('/v1/generations', { json, headers });
    const remove = () => gateway.json<Answer>(`/v1/assets/${body.id}`, { method: 'DELETE', headers });
    const refused = await remove();
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    expect(refused.body.detail).toContain(generation.body.id);
    await gateway.call(`/v1/generations/${generation.body.id}`, { method: 'DELETE', headers });
    expect((await gateway.call(`/v1/assets/${body.id}`, { headers })).status).toBe(404);
  });
});

describe('a Redis that is away', () => {
  it('limits no reads, and takes nothing in', async () => {
    const { headers } = await keyWith({ requests_per_minute: 1, generations_in_flight: 5 });
    await backends.redis.kill();
    for (let count = 0; count < 3; count += 1) expect((await gateway.call('/v1/models', { headers })).status).toBe(200);
    const created = await gateway.json<Answer>('/v1/generations', { json: PICTURE, headers });
    expect([created.status, created.body.code]).toEqual([503, 'queue_unavailable']);
    await backends.redis.restart();
  });
});
