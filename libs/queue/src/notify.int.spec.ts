import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  progressRoles,
  type GenerationEvent,
  type GenerationRequest,
  type JobContext,
  type JobPayload,
} from '@medley/domain';
import { RedisServer } from '@medley/testing';
import { Postponed } from './postponed.ts';
import type { Processor } from './processor.ts';
import type { QueueAdapter, QueuePorts } from './queue-adapter.ts';
import { RecordingObserver, openAdapter, smallRequest } from './queue.fixture.ts';

let server: RedisServer;
let adapter: QueueAdapter;
let ports: QueuePorts;
let processor: Processor | undefined;

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
  await processor?.stop();
  await processor?.drain(AbortSignal.abort());
  await processor?.close();
  processor = undefined;
});

const base = 'https://medley.example';
const told = (events: ('generation.progress' | 'generation.succeeded')[]): GenerationRequest =>
  smallRequest({ webhooks: { base, list: [{ url: 'https://example.com', events }] } });
const payloadOf = ({ id }: GenerationRequest, role = 0): JobPayload => ({ v: 1, generation: id, epoch: 1, role });

function notifyWorker(handler: (context: JobContext) => Promise<void>): RecordingObserver {
  const observer = new RecordingObserver();
  processor = adapter.processor({ stage: 'notify', queue: 'notify', concurrency: 4, handler, observer });
  return observer;
}

describe('a job of notify', () => {
  it('is there once, whoever adds it, and leaves nothing behind', async () => {
    const request = told(['generation.succeeded']);
    await ports.queue.addNotifications(request.id, 1, [0]);
    await ports.queue.addNotifications(request.id, 1, [0]);
    expect(await ports.queue.absentNotifications([payloadOf(request), payloadOf(request, 1)])).toEqual([
      payloadOf(request, 1),
    ]);
    const runs: number[] = [];
    const observer = notifyWorker(async ({ attempt }) => void runs.push(attempt));
    await observer.until(() => observer.outcomes.length === 1);
    await processor!.stop();
    await processor!.drain(AbortSignal.abort());
    await processor!.close(); // the job is gone when its outcome has been written
    expect(runs).toEqual([1]);
    expect(await ports.queue.absentNotifications([payloadOf(request)])).toHaveLength(1);
  });

  it('comes again when it is postponed, however often', async () => {
    const request = told(['generation.succeeded']);
    await ports.queue.addNotifications(request.id, 1, [0]);
    let starts = 0;
    const observer = notifyWorker(async ({ lastAttempt }) => {
      starts += 1;
      expect(lastAttempt).toBe(false);
      if (starts <= 70) throw new Postponed(1);
    });
    await observer.until(() => observer.outcomes.some(({ outcome }) => outcome === 'completed'));
    expect(starts).toBe(71);
    expect(observer.failures).toEqual([]);
  });

  it('outlives the cancellation of its generation, and the removal of its jobs', async () => {
    const request = told(['generation.succeeded']);
    await ports.live.requestCancel(request.id);
    await ports.queue.addNotifications(request.id, 1, [0]);
    await ports.queue.removeJobs(request, 1);
    const observer = notifyWorker(async ({ signal }) => signal.throwIfAborted());
    await observer.until(() => observer.outcomes.length === 1);
    expect(observer.outcomes).toEqual([{ stage: 'notify', outcome: 'completed' }]);
  });

  it('gives way to one that is to run now', async () => {
    const request = told(['generation.succeeded']);
    await ports.queue.addNotifications(request.id, 1, [0], { delayMilliseconds: 3_600_000 });
    await ports.queue.addNotifications(request.id, 1, [0], { replace: true });
    const observer = notifyWorker(async () => undefined);
    await observer.until(() => observer.outcomes.length === 1);
  });
});

describe('an event of progress', () => {
  const step: GenerationEvent = { type: 'step', step: 1, steps: 4, outputs: ['image'] };

  it('calls for one job until that has run, for those who want it', async () => {
    const request = told(['generation.progress']);
    const roles = progressRoles(request);
    await ports.live.create(request, 1);
    for (let count = 0; count < 5; count += 1) await ports.events.append(request.id, 1, step);
    expect(await ports.queue.absentNotifications([payloadOf(request, roles[0])])).toEqual([]);
    const ran: JobPayload[] = [];
    const observer = notifyWorker(async ({ payload }) => void ran.push(payload));
    await observer.until(() => observer.outcomes.length === 1);
    expect(ran).toEqual([payloadOf(request, roles[0])]);
    expect(await ports.live.read(request.id)).toMatchObject({ request, status: 'queued' });
  });

  it('calls for none where nobody wants it, and the end is none', async () => {
    const quiet = told(['generation.succeeded']);
    await ports.live.create(quiet, 1);
    await ports.events.append(quiet.id, 1, step);
    const request = told(['generation.progress']);
    await ports.live.create(request, 1);
    await ports.events.append(request.id, 1, { type: 'canceled' });
    const payloads = [payloadOf(quiet, 0), payloadOf(quiet, 1), payloadOf(request, 0), payloadOf(request, 1)];
    expect(await ports.queue.absentNotifications(payloads)).toEqual(payloads);
  });
});
