import { FlowProducer, Queue, type FlowJob } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  GenerationError,
  NO_TRACING,
  QUEUE_PREFIX,
  inSpan,
  jobId,
  type BundleRef,
  type FlowQueue,
  type GenerationRequest,
  type JobPayload,
  type Stage,
  type Tracing,
} from '@medley/domain';
import { setPriority } from './fair-priority.ts';
import { priorityOf } from './fair-share.ts';
import { decodeFlow, encodeFlow } from './flow-trees.ts';
import { generationJobs, type GenerationJob } from './generation-jobs.ts';
import { readJobStates, type JobStates } from './job-states.ts';
import { notifyJob } from './notify-jobs.ts';
import { redisCall } from './redis-call.ts';
import { untilReady } from './redis-connections.ts';
import { redisKeys } from './redis-keys.ts';
import { WaitingLine } from './waiting-line.ts';

/** Milliseconds to wait for a connection that keeps an offline queue. */
const PATIENCE_MILLISECONDS = 15_000;

/** FlowQueue of BullMQ. Every method may throw GenerationError `queue_unavailable`. */
export class BullFlowQueue implements FlowQueue {
  readonly #redis: Redis;
  readonly #line: WaitingLine;
  readonly #queues = new Map<string, Queue>();
  readonly #report: (error: Error) => void;
  readonly #tracing: Tracing;
  #producer: FlowProducer | undefined;
  /** From which priorities count, as it was seen last. */
  #base = 0;

  /** `redis` is the prompt or the patient connection; it stays the caller's to close. */
  constructor(redis: Redis, report: (error: Error) => void, tracing: Tracing = NO_TRACING) {
    this.#redis = redis;
    this.#line = new WaitingLine(redis);
    this.#report = report;
    this.#tracing = tracing;
  }

  async addEncodeFlow(request: GenerationRequest, epoch: number, turn: number): Promise<void> {
    await this.#add(
      (priority) => encodeFlow(request, epoch, priority),
      turn,
      () => this.#line.join(request, turn),
    );
  }

  async addDecodeFlow(request: GenerationRequest, epoch: number, turn: number): Promise<void> {
    await this.#add((priority) => decodeFlow(request, epoch, priority), turn);
  }

  async addNotifications(
    generation: string,
    epoch: number,
    roles: readonly number[],
    { delayMilliseconds = 0, replace = false }: { delayMilliseconds?: number; replace?: boolean } = {},
  ): Promise<void> {
    await this.#send('notify', 'notify', roles.length, async () => {
      await this.#connected();
      await redisCall(async () => {
        const queue = this.#queue('notify');
        const jobs = roles.map((role) => notifyJob({ v: 1, generation, epoch, role }, delayMilliseconds));
        if (replace) await Promise.all(jobs.map(({ opts }) => queue.remove(opts.jobId!)));
        await Promise.all(jobs.map(({ name, data, opts }) => queue.add(name, data, opts)));
      });
    });
  }

  /** Which of the notify jobs are not in the queue. */
  async absentNotifications(payloads: readonly JobPayload[]): Promise<JobPayload[]> {
    const stage = 'notify' as const;
    const jobs = payloads.map((payload) => ({ stage, id: jobId(payload, stage), queue: stage, payload }));
    const states = await redisCall(() => readJobStates(this.#redis, jobs));
    return jobs.filter(({ id }) => states.get(id)?.state === 'absent').map(({ payload }) => payload);
  }

  async removeJobs(request: GenerationRequest, epoch: number): Promise<void> {
    await this.#connected();
    const epochs = Array.from({ length: epoch }, (_, index) => generationJobs(request, index + 1));
    await redisCall(async () => {
      await this.#line.leave(request);
      for (const level of [0, 1, 2]) {
        const jobs = epochs.flatMap((levels) => levels[level]!);
        // A job that runs holds its lock and stays (0); it ends by itself and releases no parent, for that is gone.
        await Promise.all(jobs.map((job) => this.#queue(job.queue).remove(job.id, { removeChildren: false })));
      }
    });
  }

  async position(request: GenerationRequest): Promise<number | undefined> {
    return redisCall(() => this.#line.position(request));
  }

  async wait(bundle: BundleRef, generation?: string): Promise<{ position: number; seconds: number } | undefined> {
    return redisCall(() => this.#line.wait(bundle, generation));
  }

  async jobStates(request: GenerationRequest, epoch: number): Promise<JobStates> {
    return redisCall(() => readJobStates(this.#redis, generationJobs(request, epoch).flat()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    await this.#producer?.close();
  }

  /** The base that was seen last is looked up again when the flow stands: it seldom moves, and then the jobs follow. */
  async #add(flowOf: (priority: number) => FlowJob, turn: number, also?: () => Promise<void>): Promise<void> {
    const base = this.#base;
    const flow = flowOf(priorityOf(turn, base));
    await this.#send(flow.name as Stage, flow.queueName, nodesOf(flow).length, async () => {
      await this.#connected();
      await redisCall(async () => {
        const producer = await this.#flows();
        await Promise.all([producer.add(flow), this.#redis.sadd(redisKeys.queues, ...queuesOf(flow)), also?.()]);
        const [moved] = await Promise.all([this.#redis.hget(redisKeys.fair, 'base'), this.#verify(flow)]);
        this.#base = Number(moved ?? '0');
        if (this.#base !== base) await this.#setPriority(flow, priorityOf(turn, this.#base));
      });
    });
  }

  async #setPriority(flow: FlowJob, priority: number): Promise<void> {
    const jobs = await Promise.all(nodesOf(flow).map(({ queue, id }) => this.#queue(queue).getJob(id)));
    await Promise.all(jobs.filter((job) => job !== undefined).map((job) => setPriority(job, priority)));
  }

  /** In a span (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/). */
  #send(stage: Stage, queue: string, jobs: number, send: () => Promise<void>): Promise<void> {
    const attributes = {
      'messaging.system': 'bullmq',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'send',
      'messaging.destination.name': queue,
      'messaging.destination.template': stage,
      'messaging.batch.message_count': jobs,
    };
    return inSpan(this.#tracing, `send ${stage}`, { kind: 'producer', attributes }, send);
  }

  /** BullMQ adds a flow node by node and looks at the first answer only: a full Redis could leave a parent without its children. */
  async #verify(flow: FlowJob): Promise<void> {
    const jobs = nodesOf(flow);
    const states = await readJobStates(this.#redis, jobs);
    if (jobs.every(({ id }) => states.get(id)?.state !== 'absent')) return;
    for (const job of jobs) await this.#queue(job.queue).remove(job.id, { removeChildren: false });
    throw new GenerationError('queue_unavailable', 'the queue took only a part of the flow; try again in a moment');
  }

  /** BullMQ waits for a connection for ever: fail instead. */
  async #connected(): Promise<void> {
    await untilReady(this.#redis, this.#redis.options.enableOfflineQueue === true ? PATIENCE_MILLISECONDS : 0);
  }

  /** A producer whose first look at Redis failed stays broken: make a new one. */
  async #flows(): Promise<FlowProducer> {
    if (this.#producer === undefined) {
      this.#producer = new FlowProducer({ connection: this.#redis, prefix: QUEUE_PREFIX });
      this.#producer.on('error', this.#report);
    }
    const producer = this.#producer;
    try {
      await producer.waitUntilReady();
    } catch (error) {
      this.#producer = undefined;
      throw error;
    }
    return producer;
  }

  #queue(name: string): Queue {
    const existing = this.#queues.get(name);
    if (existing !== undefined) return existing;
    const queue = new Queue(name, { connection: this.#redis, prefix: QUEUE_PREFIX, skipMetasUpdate: true });
    queue.on('error', this.#report);
    this.#queues.set(name, queue);
    return queue;
  }
}

function queuesOf(flow: FlowJob): string[] {
  return [...new Set(nodesOf(flow).map(({ queue }) => queue))];
}

/** All nodes of a tree, parents before their children. */
function nodesOf(flow: FlowJob): GenerationJob[] {
  const payload = flow.data as JobPayload;
  const stage = flow.name as Stage;
  return [
    { stage, id: jobId(payload, stage), queue: flow.queueName, payload },
    ...(flow.children ?? []).flatMap(nodesOf),
  ];
}
