import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readResult } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from './gateway.fixture.ts';

let backends: Backends;
let gateway: TestGateway;
beforeEach(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends);
});
afterEach(async () => {
  await gateway.close();
  await backends.close();
});

const create = () => gateway.json('/v1/generations', { json: PICTURE });

/** Asks until the answer is no longer 503; the test's own time-out is the limit. */
async function healed(): Promise<number> {
  for (;;) {
    const { status } = await create();
    if (status !== 503) return status;
  }
}

describe('a Redis that is killed', () => {
  it('is 503 with Retry-After, takes nothing in, and heals by itself', async () => {
    const id = await gateway.accept();
    await backends.commit(id, { status: 'succeeded', outputs: [] });
    await backends.redis.kill();
    const { status, headers, body } = await create();
    expect([status, body['code'], headers.get('retry-after')]).toEqual([503, 'queue_unavailable', '2']);
    expect(await backends.keys('open/')).toEqual([]);
    const ended = await gateway.json(`/v1/generations/${id}`);
    expect([ended.status, ended.body['status']]).toEqual([200, 'succeeded']);
    expect((await gateway.json('/readyz')).status).toBe(503);
    await backends.redis.restart();
    expect(await healed()).toBe(202);
    expect((await gateway.json('/readyz')).status).toBe(200);
  });

  it('lets nobody stay signed in who signs out meanwhile, and says that the session may stand', async () => {
    const session = await gateway.call('/v1/session', { method: 'POST' });
    const [cookie] = session.headers.get('set-cookie')!.split(';') as [string];
    await backends.redis.kill();
    const headers = { cookie, origin: gateway.url('/').origin };
    const end = await gateway.call('/v1/session', { method: 'DELETE', headers });
    expect([end.status, end.headers.get('set-cookie')]).toEqual([503, expect.stringContaining('Max-Age=0')]);
  });

  it('does not take a 202 back: a client that waits is answered', async () => {
    const id = await gateway.accept();
    const key = { 'idempotency-key': 'waits', prefer: 'wait=2' };
    const waiting = gateway.json('/v1/generations', { json: PICTURE, headers: key });
    for (let open: string[] = []; open.length < 2;) open = await backends.keys('open/');
    await backends.redis.kill();
    expect((await waiting).status).toBe(202);
    await backends.redis.restart();
    expect(await healed()).toBe(202);
    expect((await gateway.json(`/v1/generations/${id}`)).status).toBe(200);
  });
});

describe("a Redis that is away while OpenAI's client waits", () => {
  it('keeps nobody from canceling what is waited for no more', async () => {
    const stop = new AbortController();
    const body = { method: 'POST', json: { prompt: 'a dog' }, signal: stop.signal };
    const asked = gateway.call('/openai/v1/images/generations', body);
    const left = expect(asked).rejects.toThrow(/abort/);
    let [key] = await backends.keys('open/');
    while (key === undefined) [key] = await backends.keys('open/');
    await backends.redis.kill();
    stop.abort();
    await left;
    const id = /gen_\w+/.exec(key)![0];
    let result = await readResult(backends.store, id);
    while (result === undefined) result = await readResult(backends.store, id);
    expect(result.status).toBe('canceled');
  });
});

describe('an S3 that is away', () => {
  it('is 503 with Retry-After, and heals by itself', async () => {
    const port = Number(new URL(backends.s3Endpoint).port);
    await create();
    await backends.stopS3();
    const { status, headers, body } = await create();
    expect([status, body['code'], headers.get('retry-after')]).toEqual([503, 'storage_unavailable', '2']);
    const { body: readiness } = await gateway.json<{ checks: object }>('/readyz');
    expect(readiness.checks).toEqual({ redis: { ok: true }, s3: { ok: false }, bundles: { ok: true } });
    await backends.restartS3(port);
    expect((await create()).status).toBe(202);
  });
});
