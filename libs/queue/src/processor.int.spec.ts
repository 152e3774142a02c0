import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GenerationError, queueName, type GenerationRequest, type JobContext, type LiveStore } from '@medley/domain';
import { RedisServer } from '@medley/testing';
import { CancelWatch } from './cancel-watch.ts';
import { Company } from './company.ts';
import { Processor, type ProcessorOptions } from './processor.ts';
import type { QueueAdapter, QueuePorts } from './queue-adapter.ts';
import { RecordingObserver, bundle, openAdapter, smallRequest } from './queue.fixture.ts';

// Recovery from a killed worker takes the lock time and up to two stall checks.
jest.setTimeout(90_000);

let server: RedisServer;
let adapter: QueueAdapter;
let ports: QueuePorts;
let processors: Processor[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
  ({ adapter } = openAdapter(server.url));
  await adapter.start();
  ports = adapter.ports('prompt');
});

afterAll(async () => {
  await adapter.close();
  await server.close();
});

beforeEach(async () => {
  await adapter.connections.patient.flushdb();
});

afterEach(async () => {
  for (const processor of processors) {
    await processor.stop();
    await processor.drain(AbortSignal.abort());
    await processor.close();
  }
  processors = [];
});

function encodeWorker(
  handler: (context: JobContext) => Promise<void>,
  options: Partial<ProcessorOptions> = {},
): { processor: Processor; observer: RecordingObserver } {
  const observer = new RecordingObserver();
  const queue = queueName('encode', bundle);
  const processor = adapter.processor({ stage: 'encode', queue, concurrency: 1, handler, observer, ...options });
  processors.push(processor);
  return { processor, observer };
}

/** A handler that runs until its signal is aborted; `running` resolves with the context of its first start. */
function endless() {
  const { promise: running, resolve } = Promise.withResolvers<JobContext>();
  const reasons: unknown[] = [];
  const handler = async (context: JobContext) => {
    resolve(context);
    await new Promise<void>((_, reject) => {
      const stop = () => {
        reasons.push(context.signal.reason);
        reject(new Error('stopped in the middle'));
      };
      if (context.signal.aborted) stop();
      else context.signal.addEventListener('abort', stop);
    });
  };
  return { running, reasons, handler };
}

const lockOf = (generation: string) => `{medley}:${queueName('encode', bundle)}:${generation}-e1-encode-0:lock`;

describe('Processor', () => {
  it('runs the job of a worker process that was killed in the middle', async () => {
    const request = smallRequest();
    const child = fork(fileURLToPath(new URL('./worker-process.fixture.ts', import.meta.url)), [server.url]);
    await ports.queue.addEncodeFlow(request, 1, 5);
    const [message] = (await once(child, 'message')) as [unknown];
    expect(message).toEqual({ generation: request.id, attempt: 1 });
    const dead = once(child, 'exit');
    child.kill('SIGKILL');
    await dead;
    const attempts: [number, boolean][] = [];
    const { observer } = encodeWorker(async ({ attempt, lastAttempt }) => void attempts.push([attempt, lastAttempt]));
    await observer.until(() => observer.outcomes.length === 1);
    expect(attempts).toEqual([[2, false]]);
    expect(observer.stalls).toBe(1);
  });

  it('finds out which of several jobs kills its workers, gives that one up and does the others', async () => {
    const [poison, ...others] = [smallRequest(), smallRequest(), smallRequest()];
    for (const request of [poison, ...others]) await ports.queue.addEncodeFlow(request, 1, 5);
    const fixture = fileURLToPath(new URL('./worker-process.fixture.ts', import.meta.url));
    const stateOf = async (request: GenerationRequest) =>
      (await ports.queue.jobStates(request, 1)).get(`${request.id}-e1-encode-0`);
    let deaths = 0;
    let over = false;
    let child: ReturnType<typeof fork>;
    const start = () => {
      child = fork(fixture, [server.url, poison.id]).once('exit', () => {
        if (over) return;
        deaths += 1;
        if (deaths < 10) start();
      });
    };
    start();
    for (;;) {
      const states = await Promise.all([poison, ...others].map(stateOf));
      if (states[0]?.state === 'failed' && states.slice(1).every((one) => one?.state === 'completed')) break;
      await delay(100);
    }
    over = true;
    child!.kill('SIGKILL');
    expect((await stateOf(poison))?.crashed).toBe(true);
    // Once in company, and three times alone.
    expect(deaths).toBe(4);
  });

  it('aborts the signal when the lock went away, and leaves the job to whoever holds it', async () => {
    const request = smallRequest();
    const { running, reasons, handler } = endless();
    const { observer } = encodeWorker(handler);
    await ports.queue.addEncodeFlow(request, 1, 5);
    await running;
    await adapter.connections.patient.set(lockOf(request.id), 'another worker', 'PX', 60_000);
    await observer.until(() => observer.outcomes.length === 1);
    expect(observer.outcomes).toEqual([{ stage: 'encode', outcome: 'lost' }]);
    expect(observer.failures).toEqual([]);
    expect(reasons[0]).toMatchObject({ name: 'GenerationError', code: 'worker_unavailable' });
    const states = await ports.queue.jobStates(request, 1);
    expect(states.get(`${request.id}-e1-encode-0`)?.state).toBe('live');
  });

  it('goes on renewing the lock of a job that it takes again while it still ends its earlier execution', async () => {
    const request = smallRequest();
    const redis = adapter.connections.patient;
    const over = Promise.withResolvers<void>();
    const { observer } = encodeWorker(
      async ({ attempt, signal }) => {
        if (attempt > 1) return over.promise;
        await redis.del(lockOf(request.id));
        await observer.until(() => observer.again.includes(true));
        signal.throwIfAborted();
      },
      { concurrency: 2 },
    );
    await ports.queue.addEncodeFlow(request, 1, 5);
    await observer.until(() => observer.outcomes.length === 1);
    const left = () => redis.pttl(lockOf(request.id));
    for (let [before, now] = [await left(), await left()]; now <= before; [before, now] = [now, await left()])
      expect(now).toBeGreaterThan(0);
    over.resolve();
    await observer.until(() => observer.outcomes.length === 2);
    expect(observer.outcomes.map(({ outcome }) => outcome)).toEqual(['lost', 'completed']);
  });

  it('hands a running job back at the end of the grace time, without using an attempt', async () => {
    const request = smallRequest();
    const { running, reasons, handler } = endless();
    const first = encodeWorker(handler);
    await ports.queue.addEncodeFlow(request, 1, 5);
    expect(await running).toMatchObject({ attempt: 1, lastAttempt: false });
    const attempts: [number, boolean][] = [];
    const second = encodeWorker(async ({ attempt, lastAttempt }) => void attempts.push([attempt, lastAttempt]));
    await second.processor.ready();
    const grace = new AbortController();
    await first.processor.stop();
    const drained = first.processor.drain(grace.signal);
    grace.abort();
    await drained;
    await first.processor.close();
    await second.observer.until(() => second.observer.outcomes.length === 1);
    expect(attempts).toEqual([[2, false]]);
    expect(first.observer.outcomes).toEqual([{ stage: 'encode', outcome: 'handed-back' }]);
    expect(reasons[0]).toMatchObject({ code: 'worker_unavailable' });
  });

  it('hands back at once where it is told to, and lets the others end', async () => {
    for (const handBack of ['at-once', 'after-grace'] as const) {
      const { promise: unblocked, resolve: unblock } = Promise.withResolvers<void>();
      const { promise: running, resolve: started } = Promise.withResolvers<void>();
      const { processor, observer } = encodeWorker(
        async ({ signal }) => {
          started();
          if (handBack === 'at-once') await once(signal, 'abort');
          else await unblocked;
          signal.throwIfAborted();
        },
        { handBack },
      );
      await ports.queue.addEncodeFlow(smallRequest(), 1, 5);
      await running;
      await processor.stop();
      const drained = processor.drain(new AbortController().signal);
      unblock();
      await drained;
      expect(observer.outcomes[0]?.outcome).toBe(handBack === 'at-once' ? 'handed-back' : 'completed');
      await adapter.connections.patient.flushdb();
    }
  });

  it('leaves a job that comes after it was stopped to another worker', async () => {
    const first = encodeWorker(() => Promise.reject(new Error('started after the stop')));
    await first.processor.ready();
    await first.processor.stop();
    const request = smallRequest();
    await ports.queue.addEncodeFlow(request, 1, 5);
    const seen: string[] = [];
    const second = encodeWorker(async ({ payload }) => void seen.push(payload.generation));
    await second.observer.until(() => second.observer.outcomes.length === 1);
    expect(seen).toEqual([request.id]);
    expect(first.observer.failures).toEqual([]);
  });

  it('leaves a job that goes back before it begins its place in line', async () => {
    const request = { ...smallRequest(), conditions: [] };
    await ports.live.create(request, 1);
    await ports.queue.addEncodeFlow(request, 1, 5);
    const [taken, known] = [Promise.withResolvers<void>(), Promise.withResolvers<undefined>()];
    const live = Object.create(ports.live) as LiveStore;
    live.read = () => {
      taken.resolve();
      return known.promise;
    };
    const handler = jest.fn(() => Promise.resolve());
    const { patient, subscriber } = adapter.connections;
    const processor = new Processor({
      stage: 'diffuse',
      queue: queueName('diffuse', bundle),
      concurrency: 1,
      handler,
      observer: new RecordingObserver(),
      handBack: 'at-once',
      connections: adapter.connections,
      cancellations: new CancelWatch(patient, subscriber),
      company: new Company(),
      live,
    });
    processors.push(processor);
    await taken.promise;
    await processor.stop();
    const drained = processor.drain(AbortSignal.abort());
    known.resolve(undefined);
    await drained;
    expect(handler).not.toHaveBeenCalled();
    expect(await ports.queue.position(request)).toBe(0);
  });

  it('gives its handler the live state, and tells the line of a start', async () => {
    const request = smallRequest();
    encodeWorker(() => Promise.resolve());
    await ports.live.create(request, 1);
    await ports.queue.addEncodeFlow(request, 1, 5);
    const { promise, resolve } = Promise.withResolvers<JobContext>();
    const observer = new RecordingObserver();
    const queue = queueName('diffuse', bundle);
    const handler = (context: JobContext) => Promise.resolve(resolve(context));
    processors.push(adapter.processor({ stage: 'diffuse', queue, concurrency: 1, handler, observer }));
    expect((await promise).state?.request.id).toBe(request.id);
    await observer.until(() => observer.outcomes.length === 1);
    expect(await ports.queue.position(request)).toBeUndefined();
  });

  it('aborts a running job when its generation is canceled, from any process', async () => {
    const request = smallRequest();
    const { running, reasons, handler } = endless();
    const { observer } = encodeWorker(handler);
    await ports.queue.addEncodeFlow(request, 1, 5);
    await running;
    expect(adapter.isCanceled(request.id)).toBe(false);
    const { adapter: gateway } = openAdapter(server.url);
    await gateway.start();
    await gateway.ports('prompt').live.requestCancel(request.id);
    await observer.until(() => observer.outcomes.length === 1);
    await gateway.close();
    expect(observer.outcomes).toEqual([{ stage: 'encode', outcome: 'canceled' }]);
    expect(reasons[0]).toMatchObject({ code: 'canceled' });
    expect(observer.failures).toEqual([]);
  });

  it('does not start the handler for a generation that was canceled while it waited', async () => {
    const [canceled, next] = [smallRequest(), smallRequest()];
    await ports.queue.addEncodeFlow(canceled, 1, 5);
    await ports.queue.addEncodeFlow(next, 1, 6);
    await ports.live.requestCancel(canceled.id);
    expect(await ports.live.isCanceled(canceled.id)).toBe(true);
    const seen: string[] = [];
    const { observer } = encodeWorker(async ({ payload }) => void seen.push(payload.generation));
    await observer.until(() => observer.outcomes.length === 2);
    expect(seen).toEqual([next.id]);
  });

  it('does not retry what can not help, and tells who was at fault', async () => {
    const error = new GenerationError('media_too_large', 'conditions[0] has 900 megapixels; the limit is 64');
    const { observer } = encodeWorker(() => Promise.reject(error));
    await ports.queue.addEncodeFlow(smallRequest(), 1, 5);
    await observer.until(() => observer.outcomes.length === 1);
    expect(observer.outcomes).toEqual([{ stage: 'encode', outcome: 'failed' }]);
    expect(observer.failures).toMatchObject([{ error, final: true, attempt: 1 }]);
  });

  it('runs several jobs side by side, the lower priority number first', async () => {
    const seen: string[] = [];
    const requests = [30, 10, 20].map((priority) => ({ priority, request: smallRequest() }));
    for (const { request, priority } of requests) await ports.queue.addEncodeFlow(request, 1, priority);
    const { observer, processor } = encodeWorker(async ({ payload }) => void seen.push(payload.generation), {
      concurrency: 2,
    });
    await observer.until(() => observer.outcomes.length === 3);
    const inOrder = [...requests].sort((a, b) => a.priority - b.priority);
    expect(seen).toEqual(inOrder.map(({ request }) => request.id));
    expect(await processor.sample()).toEqual({ waiting: 0, freeSlots: 2, started: 3 });
  });

  it('shows its watchdog what waits', async () => {
    const { running, handler } = endless();
    const { processor } = encodeWorker(handler);
    for (const priority of [1, 2, 3]) await ports.queue.addEncodeFlow(smallRequest(), 1, priority);
    await running;
    expect(await processor.sample()).toEqual({ waiting: 2, freeSlots: 0, started: 1 });
    await processor.stop();
    expect(await processor.sample()).toMatchObject({ freeSlots: 0 });
  });
});
