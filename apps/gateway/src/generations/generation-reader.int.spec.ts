import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Backends, TestGateway } from '../gateway.fixture.ts';
import { StorageGate } from '../storage-gate.fixture.ts';

let backends: Backends;
let storage: StorageGate;
let gateway: TestGateway;
let other: TestGateway;
/** Results that the first gateway has read from S3. */
const read: string[] = [];

beforeAll(async () => {
  backends = await Backends.start();
  storage = await StorageGate.start(backends.s3Endpoint);
  storage.fate = (method, path) => {
    if (method === 'GET' && path.endsWith('/result.json')) read.push(path);
    return undefined;
  };
  gateway = await TestGateway.start(backends, { S3_ENDPOINT: storage.endpoint });
  other = await TestGateway.start(backends, { MEDLEY_BOOTSTRAP_KEY: gateway.key });
});
afterAll(async () => {
  await other.close();
  await gateway.close();
  storage.close();
  await backends.close();
});

const listed = async () =>
  (await gateway.json<{ data: { id: string }[] }>('/v1/generations')).body.data.map(({ id }) => id);
const status = async (id: string) => (await gateway.call(`/v1/generations/${id}`)).status;
const end = async () => {
  const id = await gateway.accept();
  await backends.commit(id, { status: 'succeeded', outputs: [] });
  return id;
};

describe('generations that have ended', () => {
  it('are read from storage once', async () => {
    const ids = [await end(), await end()];
    expect(await listed()).toEqual(ids.toReversed());
    const before = read.length;
    expect(before).toBeGreaterThanOrEqual(2);
    expect(await listed()).toEqual(ids.toReversed());
    expect(await status(ids[0]!)).toBe(200);
    expect(read).toHaveLength(before);
  });

  it('are gone at once when another gateway deletes them, also long after their end', async () => {
    const [fresh, old] = [await end(), await end()];
    const { connections } = backends.queue;
    const share = await gateway.json<{ url: string }>(`/v1/generations/${fresh}/share`, { method: 'POST' });
    const shared = new URL(share.body.url).pathname;
    expect(await listed()).toEqual(expect.arrayContaining([fresh, old]));
    expect((await gateway.call(shared)).status).toBe(200);
    const [state] = (await connections.patient.keys(`*${old}*`)).filter((key) => key.includes('live'));
    expect(await connections.patient.del(state!)).toBe(1);
    for (const id of [fresh, old]) {
      expect((await other.call(`/v1/generations/${id}`, { method: 'DELETE' })).status).toBe(204);
      expect(await status(id)).toBe(410);
      expect(await listed()).not.toContain(id);
    }
    expect((await gateway.call(shared)).status).toBe(410);
  });

  it('are told by storage while Redis is away', async () => {
    const id = await end();
    expect(await status(id)).toBe(200);
    await backends.redis.kill();
    const before = read.length;
    expect(await status(id)).toBe(200);
    expect(read).toHaveLength(before + 1);
  });
});
