import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { objectKeys } from '@medley/domain';
import { readRepairEnvironment } from '../env.ts';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';
import { runRepair } from './run-repair.ts';

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

/** What was made before a test is none of its matter. */
beforeEach(async () => {
  const { keys } = await backends.store.list('generations/');
  await backends.store.delete(keys);
});

/** A key of its own: how it makes and lists generations. */
async function newKey() {
  const { body } = await gateway.json<{ key: string }>('/v1/admin/keys', { json: { name: 'one' } });
  const headers = { authorization: `Bearer ${body.key}` };
  const accept = async () =>
    (await gateway.json<{ id: string }>('/v1/generations', { json: PICTURE, headers })).body.id;
  const list = async () => {
    const { body: page } = await gateway.json<{ data: { id: string }[] }>('/v1/generations', { headers });
    return page.data.map(({ id }) => id);
  };
  const remove = (id: string) => gateway.call(`/v1/generations/${id}`, { method: 'DELETE', headers });
  return { accept, list, remove };
}

const flush = () => backends.queue.connections.patient.flushall();

/** One run of the command. */
async function run(args: string[] = [], changes: Record<string, string> = {}, signal = new AbortController().signal) {
  const text = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        text[name] += chunk.toString();
        done();
      },
    });
  const source = {
    REDIS_URL: backends.redis.url,
    S3_ENDPOINT: backends.s3Endpoint,
    S3_BUCKET: 'medley',
    S3_ACCESS_KEY_ID: 'key',
    S3_SECRET_ACCESS_KEY: 'secret',
    ...changes,
  };
  const streams = { out: into('out'), err: into('err'), signal };
  const code = await runRepair(args, () => readRepairEnvironment(source), streams);
  return { code, ...text };
}

const words = (added: string, there: number, deleted: number) =>
  `${added}, ${there} listed already, 0 older than what a full list remembers, ${deleted} deleted, 0 unreadable\n`;

describe('repair', () => {
  it('puts what has ended back into the lists of its keys, in order, and the second time nothing', async () => {
    const [one, other] = [await newKey(), await newKey()];
    const ids: string[] = [];
    for (const key of [one, other, one, one, other, one]) ids.push(await key.accept());
    for (const id of ids) await backends.commit(id, { status: 'succeeded', outputs: [] });
    await one.remove(ids[2]!);
    const before = [await one.list(), await other.list()];
    expect(before.map(({ length }) => length)).toEqual([3, 2]);
    await flush();
    // The service goes on: this one is listed before, and is younger than all.
    const fresh = await one.accept();
    await backends.commit(fresh, { status: 'canceled' });

    expect(await run(['--dry-run'])).toEqual({
      code: 0,
      err: '',
      out: `7 results: ${words('5 would be added', 1, 1)}`,
    });
    expect([await one.list(), await other.list()]).toEqual([[fresh], []]);
    expect(await run()).toEqual({ code: 0, err: '', out: `7 results: ${words('5 added', 1, 1)}` });
    expect([await one.list(), await other.list()]).toEqual([[fresh, ...before[0]!], before[1]]);
    expect(await run()).toEqual({ code: 0, err: '', out: `7 results: ${words('0 added', 6, 1)}` });
    expect([await one.list(), await other.list()]).toEqual([[fresh, ...before[0]!], before[1]]);
  });

  it('goes on after a result that is damaged, names it and ends with 1', async () => {
    const key = await newKey();
    const [damaged, whole] = [await key.accept(), await key.accept()];
    for (const id of [damaged, whole]) await backends.commit(id, { status: 'succeeded', outputs: [] });
    await backends.store.put(objectKeys.result(damaged), Buffer.from('{"v":1'), { contentType: 'application/json' });
    await flush();
    const { code, out, err } = await run();
    expect({ code, out: out.includes('1 added'), err: err.includes(damaged) }).toEqual({
      code: 1,
      out: true,
      err: true,
    });
    expect(await key.list()).toEqual([whole]);
  });

  it('says what is wrong: with its arguments, its environment, Redis and S3', async () => {
    expect(await run(['--dry'])).toMatchObject({ code: 2, err: expect.stringContaining("'--dry'") });
    expect(await run([], { S3_BUCKET: '' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('S3_BUCKET is not set'),
    });
    expect(await run([], { REDIS_URL: 'redis://127.0.0.1:1' })).toMatchObject({
      code: 3,
      err: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await run([], { S3_SECRET_ACCESS_KEY: 'another' })).toMatchObject({
      code: 3,
      err: expect.stringContaining('storage failed to list generations/'),
    });
    const stopped = AbortSignal.abort(new Error('interrupted'));
    expect(await run([], {}, stopped)).toMatchObject({ code: 130, err: 'repair: interrupted\n' });
  }, 30_000);
});
