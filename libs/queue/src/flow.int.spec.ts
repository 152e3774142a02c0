import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import {
  GenerationError,
  JOB_CATALOG,
  QUEUE_PREFIX,
  queueName,
  type GenerationRequest,
  type JobContext,
  type Stage,
} from '@medley/domain';
import { RedisServer } from '@medley/testing';
import type { Processor } from './processor.ts';
import type { QueueAdapter, QueuePorts } from './queue-adapter.ts';
import { RecordingObserver, bundle, openAdapter, sampleRequest, smallRequest } from './queue.fixture.ts';

let server: RedisServer;
let adapter: QueueAdapter;
let ports: QueuePorts;
let observer: RecordingObserver;
let processors: Processor[];

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
  observer = new RecordingObserver();
  processors = [];
});

afterEach(closeProcessors);

async function closeProcessors(): Promise<void> {
  for (const processor of processors.splice(0)) {
    await processor.stop();
    await processor.drain(AbortSignal.abort());
    await processor.close();
  }
}

function work(stages: Stage[], handler: (stage: Stage, context: JobContext) => Promise<void>): void {
  for (const stage of stages) {
    const run = (context: JobContext) => handler(stage, context);
    processors.push(
      adapter.processor({ stage, queue: queueName(stage, bundle), concurrency: 1, handler: run, observer }),
    );
  }
}

/** Runs both flows: `diffuse` adds the second one. Resolves when `assemble` has run. */
async function runAll(request: GenerationRequest, seen: string[]): Promise<void> {
  work(['ingest', 'encode', 'diffuse', 'decode', 'assemble'], async (stage, { payload }) => {
    seen.push(`${stage} ${payload.role}`);
    if (stage === 'diffuse') await ports.queue.addDecodeFlow(request, 1, 5);
  });
  await observer.until(() => observer.outcomes.some(({ stage }) => stage === 'assemble'));
}

const stateOf = async (request: GenerationRequest, epoch = 1) =>
  Object.fromEntries(
    [...(await ports.queue.jobStates(request, epoch))].map(([id, { state }]) => [id.slice(request.id.length), state]),
  );

describe('flows', () => {
  it('run ingest, encode, diffuse, decode and assemble in order, each once', async () => {
    const request = sampleRequest();
    await ports.queue.addEncodeFlow(request, 1, 5);
    const seen: string[] = [];
    await runAll(request, seen);
    expect([...seen].sort()).toEqual(
      ['ingest 1', 'encode 0', 'encode 1', 'encode 2', 'diffuse 0', 'decode 0', 'decode 1', 'assemble 0'].sort(),
    );
    expect(seen.indexOf('ingest 1')).toBeLessThan(seen.indexOf('encode 1'));
    expect(seen.slice(4, 5)).toEqual(['diffuse 0']);
    expect(seen.at(-1)).toBe('assemble 0');
  });

  it('run each node once although both are added again before and after', async () => {
    const request = sampleRequest();
    await Promise.all([1, 2, 3].map(() => ports.queue.addEncodeFlow(request, 1, 5)));
    const seen: string[] = [];
    await runAll(request, seen);
    await ports.queue.addEncodeFlow(request, 1, 5);
    await ports.queue.addDecodeFlow(request, 1, 5);
    const marker = smallRequest();
    await ports.queue.addEncodeFlow(marker, 1, 100);
    await observer.until(() => observer.outcomes.filter(({ stage }) => stage === 'diffuse').length === 2);
    expect(seen.filter((entry) => entry === 'encode 0')).toHaveLength(2);
    expect(seen).toHaveLength(8 + 2);
  });

  it('release the parent of a child that failed for good, and tell its reason', async () => {
    const request = smallRequest();
    await ports.queue.addEncodeFlow(request, 1, 5);
    const seen: string[] = [];
    work(['encode', 'diffuse'], async (stage, { lastAttempt, attempt }) => {
      seen.push(`${stage} ${attempt} ${lastAttempt}`);
      if (stage === 'encode') throw new GenerationError('media_undecodable', 'conditions[0] is not a PNG');
    });
    await observer.until(() => observer.outcomes.some(({ stage }) => stage === 'diffuse'));
    expect(seen).toEqual(['encode 1 false', 'diffuse 1 false']);
    expect(observer.failures).toMatchObject([{ stage: 'encode', final: true, attempt: 1 }]);
    const states = await ports.queue.jobStates(request, 1);
    expect(states.get(`${request.id}-e1-encode-0`)).toEqual({
      stage: 'encode',
      state: 'failed',
      reason: 'conditions[0] is not a PNG',
    });
  });

  it('try a retryable failure as often as the catalog says, and keep internal words out of the reason', async () => {
    const request = smallRequest();
    await ports.queue.addEncodeFlow(request, 1, 5);
    const last: boolean[] = [];
    work(['encode'], async (_, { lastAttempt }) => {
      last.push(lastAttempt);
      throw new Error('secret path /srv');
    });
    const queue = new Queue(queueName('encode', bundle), {
      connection: adapter.connections.worker,
      prefix: QUEUE_PREFIX,
    });
    let failed = false;
    const ended = observer.until(() => (failed = observer.outcomes.some(({ outcome }) => outcome === 'failed')));
    while (!failed) await queue.promoteJobs();
    await ended;
    await queue.close();
    const retries = JOB_CATALOG.encode.attempts - 1;
    expect(last).toEqual([...Array.from({ length: retries }, () => false), true]);
    const outcomes = [...Array.from({ length: retries }, () => 'retried'), 'failed'];
    expect(observer.outcomes.map(({ outcome }) => outcome)).toEqual(outcomes);
    await closeProcessors();
    const states = await ports.queue.jobStates(request, 1);
    expect(states.get(`${request.id}-e1-encode-0`)?.reason).toMatch(/^an internal error/);
  });
});

describe('a job that kills every worker', () => {
  const keyOf = ({ id }: GenerationRequest) => `{medley}:${queueName('encode', bundle)}:${id}-e1-encode-0`;

  it.each([
    ['starts', 'ats', '2000'],
    ['stalls', 'defa', 'job stalled more than allowable limit'],
  ])('is given up after too many %s, without the words of BullMQ', async (_, field, value) => {
    const request = smallRequest();
    await ports.queue.addEncodeFlow(request, 1, 5);
    await adapter.connections.patient.hset(keyOf(request), field, value);
    work(['encode'], () => Promise.resolve());
    const id = `${request.id}-e1-encode-0`;
    let seen;
    do seen = (await ports.queue.jobStates(request, 1)).get(id);
    while (seen?.state === 'live');
    expect(seen).toEqual({ stage: 'encode', state: 'failed', crashed: true });
  });
});

describe('a flow that Redis takes only in part', () => {
  it('is refused and leaves nothing behind, so that it can be added again', async () => {
    const request = smallRequest();
    const redis = adapter.connections.patient;
    const obstacle = `{medley}:${queueName('encode', bundle)}:id`;
    await redis.set(obstacle, 'not a number');
    await expect(ports.queue.addEncodeFlow(request, 1, 5)).rejects.toMatchObject({ code: 'queue_unavailable' });
    await redis.del(obstacle);
    expect(new Set(Object.values(await stateOf(request)))).toEqual(new Set(['absent']));
    await ports.queue.addEncodeFlow(request, 1, 5);
    work(['encode', 'diffuse'], async () => undefined);
    await observer.until(() => observer.outcomes.some(({ stage }) => stage === 'diffuse'));
  });
});

describe('jobStates', () => {
  it('tells live, completed, stale and absent jobs of one epoch apart', async () => {
    const request = smallRequest();
    const states = (encode: string, diffuse: string) => ({
      '-e1-diffuse-0': diffuse,
      '-e1-assemble-0': 'absent',
      '-e1-encode-0': encode,
      '-e1-decode-0': 'absent',
    });
    expect(await stateOf(request)).toEqual(states('absent', 'absent'));
    await ports.queue.addEncodeFlow(request, 1, 5);
    expect(await stateOf(request)).toEqual(states('live', 'live'));
    expect(Object.values(await stateOf(request, 2))).toEqual(['absent', 'absent', 'absent', 'absent']);
    const { promise: blocked, resolve: unblock } = Promise.withResolvers<void>();
    const { promise: running, resolve: started } = Promise.withResolvers<void>();
    work(['encode', 'diffuse'], async (stage) => {
      if (stage !== 'diffuse') return;
      started();
      await blocked;
    });
    await running;
    expect(await stateOf(request)).toEqual(states('completed', 'live'));
    const key = `{medley}:${queueName('diffuse', bundle)}:${request.id}-e1-diffuse-0:lock`;
    const token = await adapter.connections.patient.getdel(key);
    expect(await stateOf(request)).toEqual(states('completed', 'stale'));
    await adapter.connections.patient.set(key, token!, 'PX', 5_000);
    unblock();
    await observer.until(() => observer.outcomes.some(({ stage }) => stage === 'diffuse'));
  });
});

describe('removeJobs', () => {
  it('removes the jobs of every epoch and stage, and no other', async () => {
    const [request, other] = [sampleRequest(), sampleRequest()];
    for (const epoch of [1, 2]) {
      await ports.queue.addEncodeFlow(request, epoch, 5);
      await ports.queue.addDecodeFlow(request, epoch, 5);
    }
    await ports.queue.addEncodeFlow(other, 1, 5);
    await ports.queue.removeJobs(request, 2);
    for (const epoch of [1, 2]) {
      expect(new Set(Object.values(await stateOf(request, epoch)))).toEqual(new Set(['absent']));
    }
    expect(Object.values(await stateOf(other)).filter((state) => state === 'live')).toHaveLength(5);
    const left = await adapter.connections.patient.keys(`*${request.id}*`);
    expect(left).toEqual([]);
  });

  it('leaves a running job to end by itself, and what it would have released does not run', async () => {
    const request = smallRequest();
    await ports.queue.addEncodeFlow(request, 1, 5);
    const { promise: blocked, resolve: unblock } = Promise.withResolvers<void>();
    const { promise: running, resolve: started } = Promise.withResolvers<void>();
    const seen: string[] = [];
    work(['encode', 'diffuse'], async (stage, { payload }) => {
      seen.push(`${stage} ${payload.generation === request.id}`);
      if (payload.generation !== request.id) return;
      started();
      await blocked;
    });
    await running;
    await ports.queue.removeJobs(request, 1);
    unblock();
    await ports.queue.addEncodeFlow(smallRequest(), 1, 5);
    await observer.until(() => observer.outcomes.some(({ stage }) => stage === 'diffuse'));
    expect(seen).toEqual(['encode true', 'encode false', 'diffuse false']);
  });
});

describe('position', () => {
  it('counts the generations of the same bundle that start before, and ends with the start of diffusion', async () => {
    const [first, second, urgent] = [smallRequest(), smallRequest(), smallRequest()];
    const elsewhere = smallRequest({ bundle: { name: 'picturebook', digest: 'ff'.repeat(32) } });
    await ports.queue.addEncodeFlow(elsewhere, 1, 1);
    await ports.queue.addEncodeFlow(first, 1, 5);
    await ports.queue.addEncodeFlow(second, 1, 5);
    await ports.queue.addEncodeFlow(urgent, 1, 2);
    const positions = () => Promise.all([urgent, first, second].map((request) => ports.queue.position(request)));
    expect(await positions()).toEqual([0, 1, 2]);
    const { promise: blocked, resolve: unblock } = Promise.withResolvers<void>();
    const { promise: running, resolve: started } = Promise.withResolvers<void>();
    work(['encode'], async () => undefined);
    await observer.until(() => observer.outcomes.length === 3);
    work(['diffuse'], async () => {
      started();
      await blocked;
    });
    await running;
    expect(await positions()).toEqual([undefined, 0, 1]);
    await ports.queue.removeJobs(first, 1);
    expect(await positions()).toEqual([undefined, undefined, 0]);
    unblock();
  });
});
