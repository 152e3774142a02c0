import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisServer } from '@medley/testing';
import type { QueueAdapter } from './queue-adapter.ts';
import { bundle, openAdapter, smallRequest } from './queue.fixture.ts';
import { redisKeys } from './redis-keys.ts';
import { WaitingLine } from './waiting-line.ts';

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

describe('what graphs cost', () => {
  it('is what was measured, and follows what is measured later', async () => {
    const costs = adapter.costs(bundle);
    expect(await costs.read()).toEqual({});
    await costs.record({ 'image denoiser': 10, 'text prompt_encoder': 2 });
    expect(await costs.read()).toEqual({ 'image denoiser': 10, 'text prompt_encoder': 2 });
    for (let count = 0; count < 40; count += 1) await costs.record({ 'image denoiser': 30 });
    expect((await costs.read())['image denoiser']).toBeCloseTo(30, 1);
    expect(await adapter.costs({ ...bundle, digest: 'f'.repeat(64) }).read()).toEqual({});
  });
});

describe('the wait of a line', () => {
  it('is the work that comes before, at the pace at which the pool takes it', async () => {
    const redis = adapter.connections.patient;
    const { live } = adapter.ports('patient');
    const line = new WaitingLine(redis);
    const requests = Array.from({ length: 4 }, () => smallRequest());
    for (const [index, request] of requests.entries()) {
      await live.create(request, 1);
      await live.update(request.id, 1, { work: 2 });
      await line.join(request, index + 1);
    }
    const third = () => line.wait(bundle, requests[2]!.id);
    expect(await third()).toEqual({ position: 2, seconds: 4 });
    expect(await line.wait(bundle)).toEqual({ position: 4, seconds: 8 });
    await line.start(redisKeys.line(bundle), requests[0]!.id);
    // As if that had been 6 seconds ago: 2 seconds of work take the pool 6.
    const [seconds, microseconds] = await redis.time();
    await redis.hset(redisKeys.pace(bundle), 'at', Number(seconds) + Number(microseconds) / 1e6 - 6);
    await line.start(redisKeys.line(bundle), requests[1]!.id);
    expect(await third()).toMatchObject({ position: 0, seconds: 0 });
    const last = (await line.wait(bundle, requests[3]!.id))!;
    expect(last.position).toBe(1);
    expect(last.seconds / 6).toBeCloseTo(1, 0);
    expect(await line.wait(bundle, requests[0]!.id)).toBeUndefined();
  });

  it('knows nothing of a pool whose free places fill at once, and little from one that was away', async () => {
    const other = { ...bundle, name: 'burst' };
    const redis = adapter.connections.patient;
    const { live } = adapter.ports('patient');
    const line = new WaitingLine(redis);
    const requests = Array.from({ length: 6 }, () => smallRequest({ bundle: other }));
    for (const [index, request] of requests.entries()) {
      await live.create(request, 1);
      await live.update(request.id, 1, { work: 10 });
      await line.join(request, index + 1);
    }
    for (const { id } of requests.slice(0, 4)) await line.start(redisKeys.line(other), id);
    expect(await line.wait(other)).toEqual({ position: 2, seconds: 20 });
    // As if the last start had been an hour ago.
    const [seconds] = await redis.time();
    await redis.hset(redisKeys.pace(other), 'at', Number(seconds) - 3_600);
    await line.start(redisKeys.line(other), requests[4]!.id);
    expect((await line.wait(other))!.seconds).toBeLessThan(100);
  });

  it('learns nothing of the pace from a pool that has nothing to do', async () => {
    const other = { ...bundle, name: 'idle' };
    const redis = adapter.connections.patient;
    const line = new WaitingLine(redis);
    for (let count = 0; count < 3; count += 1) {
      const request = smallRequest({ bundle: other });
      await line.join(request, 1);
      await line.start(redisKeys.line(other), request.id);
    }
    expect(await redis.hget(redisKeys.pace(other), 'wall')).toBeNull();
  });
});
