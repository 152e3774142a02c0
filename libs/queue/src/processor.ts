import { setTimeout } from 'node:timers/promises';
import { DelayedError, Queue, UnrecoverableError, WaitingError, type Job } from 'bullmq';
import {
  GenerationError,
  QUEUE_PREFIX,
  describeError,
  jobPayload,
  together,
  type JobContext,
  type JobPayload,
  type LiveStore,
  type Stage,
} from '@medley/domain';
import { AbandonableWorker } from './abandonable-worker.ts';
import type { CancelWatch } from './cancel-watch.ts';
import type { Company } from './company.ts';
import { Execution } from './execution.ts';
import type { JobObserver, JobOutcome } from './job-observer.ts';
import { Pools } from './pools.ts';
import { Postponed } from './postponed.ts';
import type { RedisConnections } from './redis-connections.ts';
import { Suspects } from './suspects.ts';
import { WaitingLine } from './waiting-line.ts';

/** Measured (reliability.md, Queue facts): with these a killed worker's job runs again after 5.9 s. */
const LOCK_MILLISECONDS = 5_000;
const STALL_CHECK_MILLISECONDS = 2_000;
/** Backstops far above what happens in practice: jobs that wait while others run alone are taken along by every death of these. */
const MAX_STALLS = 1_000;
const MAX_STARTS = 2_000;
/** Stages whose jobs may kill a worker: they run graphs and media. */
const DANGEROUS: ReadonlySet<Stage> = new Set(['encode', 'diffuse', 'decode', 'assemble']);
/** Stages that outlive their generation: no cancellation reaches their jobs, and they come again as often as they are postponed. */
const OUTLIVING: ReadonlySet<Stage> = new Set(['notify']);
const FETCH_RETRY_MILLISECONDS = 500;
/** With no job running, a close takes milliseconds. */
const CLOSE_MILLISECONDS = 2_000;
/** Entries of BullMQ's own event stream, which nothing here reads. */
const QUEUE_EVENTS = 100;

export interface ProcessorOptions {
  connections: RedisConnections;
  stage: Stage;
  /** `queueName(stage, bundle)`. */
  queue: string;
  /** Jobs that run side by side in this process. */
  concurrency: number;
  /**
   * Does the work. It must settle soon after the signal is aborted, and must not commit a failure when the reason is a
   * GenerationError `worker_unavailable` (the job runs again elsewhere) or `canceled` (the commit stands). That of `notify`
   * may throw Postponed.
   */
  handler: (context: JobContext) => Promise<void>;
  cancellations: CancelWatch;
  live: LiveStore;
  /** All that runs in this process. */
  company: Company;
  observer: JobObserver;
  /** On shutdown running jobs go back to the queue at once, or only when the grace time is over (the default). */
  handBack?: 'at-once' | 'after-grace';
}

/** Takes the jobs of one queue and runs them. */
export class Processor {
  readonly #options: ProcessorOptions;
  readonly #worker: AbandonableWorker;
  readonly #queue: Queue;
  readonly #line: WaitingLine;
  readonly #pools: Pools;
  readonly #suspects: Suspects | undefined;
  readonly #running = new Map<Execution, { job: Job; settled: Promise<void> }>();
  #started = 0;
  #stopped = false;
  #left: Promise<void> | undefined;

  constructor(options: ProcessorOptions) {
    const { connections, queue, concurrency, observer, stage, company } = options;
    this.#options = options;
    this.#line = new WaitingLine(connections.patient);
    this.#pools = new Pools(connections.patient);
    if (DANGEROUS.has(stage)) this.#suspects = new Suspects(connections.patient, company);
    const common = { connection: connections.worker, prefix: QUEUE_PREFIX };
    this.#queue = new Queue(queue, { ...common, streams: { events: { maxLen: QUEUE_EVENTS } } });
    this.#worker = new AbandonableWorker(queue, (job, token) => this.#run(job, token ?? ''), {
      ...common,
      concurrency,
      lockDuration: LOCK_MILLISECONDS,
      stalledInterval: STALL_CHECK_MILLISECONDS,
      maxStalledCount: MAX_STALLS,
      ...(OUTLIVING.has(stage) ? {} : { maxStartedAttempts: MAX_STARTS }),
      runRetryDelay: FETCH_RETRY_MILLISECONDS,
    });
    this.#queue.on('error', (error) => observer.troubled(error));
    this.#worker.on('error', (error) => observer.troubled(error));
    this.#worker.on('stalled', (id) => {
      observer.stalled(stage);
      void this.#waitAgain(id, { held: false });
    });
    this.#worker.on('lockRenewalFailed', (ids) => this.#loseLocks(new Set(ids)));
  }

  /** Resolves when the worker is connected and fetches. */
  async ready(): Promise<void> {
    await Promise.all([this.#worker.waitUntilReady(), this.#queue.waitUntilReady()]);
  }

  /** What a watchdog of fetching looks at; `waiting` counts the jobs that could start now. */
  async sample(): Promise<{ waiting: number; freeSlots: number; started: number }> {
    const counts = await this.#queue.getJobCounts('wait', 'prioritized');
    return {
      waiting: (counts['wait'] ?? 0) + (counts['prioritized'] ?? 0),
      freeSlots: this.#stopped ? 0 : this.#options.concurrency - this.#running.size,
      started: this.#started,
    };
  }

  /** Fetches no more jobs; those that run go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#worker.pause(true);
  }

  /** Resolves when no job runs. When the signal is aborted, running jobs are interrupted and handed back. */
  async drain(signal: AbortSignal): Promise<void> {
    const handBack = () => {
      for (const execution of this.#running.keys()) execution.interrupt('handed-back');
    };
    if (this.#options.handBack === 'at-once' || signal.aborted) handBack();
    signal.addEventListener('abort', handBack);
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ settled }) => settled));
    signal.removeEventListener('abort', handBack);
    // All processors of a process drain side by side, so they take leave of a Redis that is away side by side too.
    this.#leave().catch(() => undefined); // `close` tells.
  }

  /** After `drain`. A Redis that is away is not waited for: the connections are cut instead. */
  close(): Promise<void> {
    return this.#leave();
  }

  #leave(): Promise<void> {
    this.#left ??= this.#closeOrAbandon();
    return this.#left;
  }

  async #closeOrAbandon(): Promise<void> {
    const closed = Promise.all([this.#worker.close(), this.#queue.close()]).then(() => true);
    const late = setTimeout(CLOSE_MILLISECONDS, false, { ref: false });
    if (!(await Promise.race([closed, late]))) await this.#worker.abandon();
  }

  async #run(job: Job, token: string): Promise<void> {
    const { stage, observer } = this.#options;
    const payload = this.#parse(job);
    const execution = new Execution(stage, job.attemptsMade);
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
    this.#running.set(execution, { job, settled });
    this.#started += 1;
    // A fetch that was under way when `stop` was called may still bring a job: it goes back before it begins.
    if (this.#stopped) execution.interrupt('handed-back');
    const begin = performance.now();
    const told = this.#tellStart(job);
    let outcome: JobOutcome = 'completed';
    try {
      await this.#execute(job, payload, execution, told);
    } catch (error) {
      await told;
      outcome = await this.#afterError(error, job, payload, execution, token);
      throw translate(error, outcome);
    } finally {
      execution.end();
      if (execution.interruption === 'lost') outcome = 'lost';
      observer.ended(stage, outcome, (performance.now() - begin) / 1000);
      this.#running.delete(execution);
      settle();
    }
  }

  /** Seconds that the job waited. Never rejects: what Redis can't be told leaves the wait of its pool too long, and nothing else. */
  async #tellStart(job: Job): Promise<number> {
    const { stage, queue, observer } = this.#options;
    const waited = await this.#pools.start(queue, job.id!).catch(() => undefined);
    const queueSeconds = waited ?? Math.max(0, (job.processedOn ?? Date.now()) - job.timestamp) / 1000;
    observer.started(stage, queueSeconds, job.attemptsStarted > 1 && !OUTLIVING.has(stage));
    return queueSeconds;
  }

  async #execute(job: Job, payload: JobPayload, execution: Execution, told: Promise<number>): Promise<void> {
    const { stage, queue, cancellations, live, handler, observer } = this.#options;
    const attempt = { attempt: job.attemptsStarted, lastAttempt: isLastAttempt(job), signal: execution.signal };
    if (OUTLIVING.has(stage)) {
      execution.begin();
      return handler({ payload, state: undefined, queueSeconds: await told, ...attempt });
    }
    // Redis hears all that a job begins with at once.
    const known = Promise.all([told, live.read(payload.generation)]);
    known.catch(() => undefined);
    const cancel = await cancellations.watch(payload.generation);
    const onCancel = () => execution.interrupt('canceled');
    cancel.signal.addEventListener('abort', onCancel);
    if (cancel.signal.aborted) onCancel();
    let leave: (() => Promise<void>) | undefined;
    try {
      const [queueSeconds, state] = await known;
      execution.signal.throwIfAborted();
      leave = await this.#suspects?.enter(job, this.#queue.toKey(job.id!), execution.signal);
      execution.begin();
      await together([
        stage === 'diffuse' && this.#line.start(lineOf(queue), payload.generation),
        handler({ payload, state, queueSeconds, ...attempt }),
      ]);
    } finally {
      await leave?.().catch((error: Error) => observer.troubled(error));
      cancel.signal.removeEventListener('abort', onCancel);
      cancel.release();
    }
  }

  async #afterError(
    error: unknown,
    job: Job,
    payload: JobPayload,
    execution: Execution,
    token: string,
  ): Promise<JobOutcome> {
    const { stage, observer } = this.#options;
    if (execution.interruption === 'handed-back') {
      await this.#waitAgain(job.id!, { held: true });
      await job.moveToWait(token);
      // BullMQ wakes no idle worker for a job that goes back to its priority; the marker does.
      await this.#options.connections.worker.zadd(this.#queue.toKey('marker'), 0, '0');
      return 'handed-back';
    }
    if (error instanceof Postponed && execution.interruption !== 'lost') {
      await job.moveToDelayed(Date.now() + error.milliseconds, token);
      return 'postponed';
    }
    if (execution.interruption === 'lost' || execution.interruption === 'canceled') return execution.interruption;
    const final = isLastAttempt(job) || (error instanceof GenerationError && !error.retryable);
    observer.failed(error, { stage, payload, attempt: job.attemptsStarted, final });
    if (final) return 'failed';
    await this.#waitAgain(job.id!, { held: true });
    return 'retried';
  }

  /** What can't be told now leaves the wait of its pool too short, and nothing else. */
  async #waitAgain(job: string, options: { held: boolean }): Promise<void> {
    const { queue, observer } = this.#options;
    await this.#pools.again(queue, job, options).catch((error: unknown) => observer.troubled(error as Error));
  }

  /** A job whose payload is not ours can't be retried. */
  #parse(job: Job): JobPayload {
    const parsed = jobPayload.safeParse(job.data);
    if (parsed.success) return parsed.data;
    const error = new UnrecoverableError(
      `job ${job.id ?? '?'} carries no payload of version 1: ${parsed.error.message}`,
    );
    this.#options.observer.troubled(error);
    throw error;
  }

  #loseLocks(ids: ReadonlySet<string>): void {
    for (const [execution, { job }] of this.#running) {
      if (job.id !== undefined && ids.has(job.id)) execution.interrupt('lost');
    }
  }
}

function isLastAttempt(job: Job): boolean {
  return job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
}

/** `diffuse.<bundle>.<digest8>` → the line of that bundle. */
function lineOf(queue: string): string {
  return `${QUEUE_PREFIX}.line:${queue.slice(queue.indexOf('.') + 1)}`;
}

/** What BullMQ is told; the reason that it keeps may be shown to the client. */
function translate(error: unknown, outcome: JobOutcome): Error {
  if (outcome === 'handed-back') return new WaitingError();
  if (outcome === 'postponed') return new DelayedError();
  const { message } = describeError(error);
  return outcome === 'failed' || outcome === 'canceled' ? new UnrecoverableError(message) : new Error(message);
}
