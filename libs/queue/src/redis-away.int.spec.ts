import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { queueName, type LoggedEvent } from '@medley/domain';
import { RedisServer } from '@medley/testing';
import type { QueueAdapter } from './queue-adapter.ts';
import { RecordingObserver, bundle, openAdapter, smallRequest } from './queue.fixture.ts';

jest.setTimeout(30_000);

let server: RedisServer;
let adapter: QueueAdapter;

beforeEach(async () => {
  server = await RedisServer.start();
  ({ adapter } = openAdapter(server.url));
  await adapter.start();
});

afterEach(async () => {
  await adapter.close();
  await server.close();
});

/** Resolves with the event, whatever errors come before it. */
const emitted = (emitter: NodeJS.EventEmitter, event: string) =>
  new Promise((resolve) => void emitter.once(event, resolve));

describe('Redis that goes away', () => {
  it('makes prompt calls fail at once with 503, and heals without help', async () => {
    const { live, queue, events } = adapter.ports('prompt');
    const request = smallRequest();
    await live.create(request, 1);
    const closed = emitted(adapter.connections.prompt, 'close');
    await server.kill();
    await closed;
    const calls = [
      live.read(request.id),
      live.nextTurn('key_a', 1, 'normal'),
      queue.addEncodeFlow(request, 1, 1),
      queue.jobStates(request, 1),
      events.append(request.id, 1, { type: 'canceled' }),
    ];
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'queue_unavailable', retryable: true } });
    }
    const ready = emitted(adapter.connections.prompt, 'ready');
    await server.restart();
    await ready;
    await queue.addEncodeFlow(request, 1, 1);
    expect((await queue.jobStates(request, 1)).get(`${request.id}-e1-diffuse-0`)?.state).toBe('live');
  });

  it('answers 503 while it is out of memory, and heals when there is some', async () => {
    const { live, queue } = adapter.ports('prompt');
    const redis = adapter.connections.patient;
    await queue.addEncodeFlow(smallRequest(), 1, 1);
    await redis.config('SET', 'maxmemory', '100kb');
    const refused = { code: 'queue_unavailable', message: 'Redis is out of memory; try again in a moment' };
    await expect(live.create(smallRequest(), 1)).rejects.toMatchObject(refused);
    await expect(queue.addEncodeFlow(smallRequest(), 1, 1)).rejects.toMatchObject(refused);
    await redis.config('SET', 'maxmemory', '0');
    await queue.addEncodeFlow(smallRequest(), 1, 1);
  });

  it('does not keep a process from ending, however many queues it works for', async () => {
    const handler = async () => undefined;
    const observer = new RecordingObserver();
    const processors = (['encode', 'diffuse', 'decode', 'assemble'] as const).map((stage) =>
      adapter.processor({ stage, queue: queueName(stage, bundle), concurrency: 1, observer, handler }),
    );
    await Promise.all(processors.map((processor) => processor.ready()));
    // As BullMQ makes one for each worker.
    const blocking = adapter.connections.worker.duplicate();
    blocking.on('error', () => undefined);
    await emitted(blocking, 'ready');
    await server.kill();
    for (const processor of processors) await processor.stop();
    await Promise.all(processors.map((processor) => processor.drain(AbortSignal.abort())));
    for (const processor of processors) await processor.close();
    const ended = emitted(blocking, 'end');
    await adapter.close();
    await ended;
    expect(observer.outcomes).toEqual([]);
  });

  it('does not keep a process from ending when it is there and says nothing', async () => {
    const { live, queue } = adapter.ports('prompt');
    await queue.addEncodeFlow(smallRequest(), 1, 1);
    const sleep = adapter.connections.patient.call('DEBUG', 'SLEEP', '600').catch(() => undefined);
    await expect(live.read('gen_'.padEnd(30, '1'))).rejects.toMatchObject({ code: 'queue_unavailable' });
    await adapter.close();
    await sleep;
  });

  it('restarted in the middle of a run: the run ends, its events arrive in order, and the next job is fetched', async () => {
    const { live, queue, events } = adapter.ports('patient');
    const [request, next] = [smallRequest(), smallRequest()];
    const observer = new RecordingObserver();
    const { promise: running, resolve: started } = Promise.withResolvers<void>();
    const { promise: unblocked, resolve: unblock } = Promise.withResolvers<void>();
    await live.create(request, 1);
    await events.append(request.id, 1, { type: 'accepted', created_at: request.created_at });
    const processor = adapter.processor({
      stage: 'encode',
      queue: queueName('encode', bundle),
      concurrency: 1,
      observer,
      handler: async ({ payload }) => {
        if (payload.generation !== request.id) return;
        started();
        await unblocked;
        await live.update(request.id, 1, { status: 'encoding' });
        await events.append(request.id, 1, { type: 'stage', stage: 'encode', state: 'completed', role: 0 });
      },
    });
    const seen: string[] = [];
    const { promise: caughtUp, resolve: catchUp } = Promise.withResolvers<void>();
    const following = (async () => {
      for await (const entry of events.follow(request.id, { signal: AbortSignal.timeout(25_000) })) {
        seen.push((entry as LoggedEvent).id);
        catchUp();
      }
    })();
    await queue.addEncodeFlow(request, 1, 1);
    await running;
    await caughtUp;
    await server.stop();
    unblock();
    await server.restart();
    await observer.until(() => observer.outcomes.length === 1);
    expect(observer.outcomes).toEqual([{ stage: 'encode', outcome: 'completed' }]);
    expect(await live.read(request.id)).toMatchObject({ status: 'encoding' });
    await queue.addEncodeFlow(next, 1, 1);
    await observer.until(() => observer.outcomes.length === 2);
    await events.append(request.id, 1, { type: 'succeeded' });
    await following;
    expect(seen).toEqual(['1-0', '1-1', '1-2']);
    await processor.stop();
    await processor.close();
  });
});
