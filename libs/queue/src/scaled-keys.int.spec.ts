import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { QUEUE_PREFIX, STAGES, queueName } from '@medley/domain';
import { RedisServer } from '@medley/testing';
import { canRender, scaledRedisKeys } from '@medley/testing/deployment';
import type { QueueAdapter } from './queue-adapter.ts';
import { openAdapter, smallRequest } from './queue.fixture.ts';

const manifest = readFileSync(new URL('../../../bundles/picturebook/bundle.json', import.meta.url));
const bundle = { name: 'picturebook', digest: createHash('sha256').update(manifest).digest('hex') };

/** States of a job that a pool has to be there for, as BullMQ names their keys. */
const STATES = ['wait', 'prioritized', 'active', 'delayed', 'waiting-children'] as const;
/** How KEDA counts a key of any type (pkg/scalers/redis_scaler.go). */
const COUNT = `local kind = redis.call('type', KEYS[1]).ok
if kind == 'zset' then return redis.call('zcard', KEYS[1]) end
return redis.call('llen', KEYS[1])`;

(canRender ? describe : describe.skip)('what KEDA counts', () => {
  let server: RedisServer;
  let adapter: QueueAdapter;
  beforeAll(async () => {
    server = await RedisServer.start();
    ({ adapter } = openAdapter(server.url));
    await adapter.start();
  });
  afterAll(async () => {
    await adapter.close();
    await server.close();
  });

  it('are the keys of every queue that a pool serves, in every state that needs one', () => {
    const stages = STAGES.filter((stage) => queueName(stage, bundle) !== stage);
    const connection = adapter.connections.prompt;
    const expected = stages.flatMap((stage) => {
      const queue = new Queue(queueName(stage, bundle), { connection, prefix: QUEUE_PREFIX, skipMetasUpdate: true });
      return STATES.map((state) => queue.toKey(state));
    });
    expect(expected.length).toBe(20);
    for (const overlay of ['production', 'gpu'] as const)
      expect(scaledRedisKeys(overlay).sort()).toEqual(expected.sort());
  });

  it('sees an accepted generation in the pool that encodes it and in the one that will diffuse it', async () => {
    await adapter.ports('prompt').queue.addEncodeFlow(smallRequest({ bundle }), 1, 5);
    const count = async (key: string) => Number(await adapter.connections.prompt.eval(COUNT, 1, key));
    const counted = await Promise.all(
      scaledRedisKeys('production').map(async (key) => [key, await count(key)] as const),
    );
    const found = counted.filter(([, jobs]) => jobs > 0).map(([key]) => key);
    expect(found.sort()).toEqual([
      `{medley}:${queueName('diffuse', bundle)}:waiting-children`,
      `{medley}:${queueName('encode', bundle)}:prioritized`,
    ]);
  });
});
