import { setTimeout } from 'node:timers/promises';
import { NO_TRACING, type BundleRef, type Tracing } from '@medley/domain';
import { BullFlowQueue } from './bull-flow-queue.ts';
import { ByteCounter } from './byte-counter.ts';
import { CancelWatch } from './cancel-watch.ts';
import { Company } from './company.ts';
import { CostRecords } from './cost-records.ts';
import { EventHub } from './event-hub.ts';
import { FairPriority } from './fair-priority.ts';
import { OpenGenerations } from './open-generations.ts';
import { Pools } from './pools.ts';
import { Processor, type ProcessorOptions } from './processor.ts';
import { QueueBoard, type QueueBoardOptions } from './queue-board.ts';
import { RedisConnections, type RedisConnectionsOptions } from './redis-connections.ts';
import { RedisCopies } from './redis-copies.ts';
import { RedisEventLog, type TellProgress } from './redis-event-log.ts';
import { readRedisFigures, type RedisFigures } from './redis-figures.ts';
import { RedisLease } from './redis-lease.ts';
import { RedisLiveStore } from './redis-live-store.ts';
import { RedisRateLimiter } from './redis-rate-limiter.ts';
import { RedisRecords, type RecordKind } from './redis-records.ts';

/** With a Redis that answers, a close takes milliseconds. */
const CLOSE_MILLISECONDS = 1_000;
/** Webhooks are told of progress so long after it, so at most once in that time. */
const PROGRESS_MILLISECONDS = 500;

/** The ports of domain that Redis stands behind. */
export interface QueuePorts {
  queue: BullFlowQueue;
  live: RedisLiveStore;
  events: RedisEventLog;
}

/** All that one process has of Redis. */
export class QueueAdapter {
  readonly connections: RedisConnections;
  readonly #report: (error: Error) => void;
  readonly #tracing: Tracing;
  readonly #cancellations: CancelWatch;
  readonly #company = new Company();
  readonly #hub: EventHub;
  readonly #boards: QueueBoard[] = [];
  readonly #ports = new Map<'prompt' | 'patient', QueuePorts>();

  /** With `tracing`, there is a span whenever jobs are added. */
  constructor({ tracing = NO_TRACING, ...options }: RedisConnectionsOptions & { tracing?: Tracing }) {
    this.connections = new RedisConnections(options);
    this.#report = options.onError;
    this.#tracing = tracing;
    this.#cancellations = new CancelWatch(this.connections.patient, this.connections.subscriber);
    this.#hub = new EventHub(this.connections.subscriber);
  }

  /** Resolves when Redis answers and cancellations are heard. Throws GenerationError `queue_unavailable` after five seconds. */
  async start(): Promise<void> {
    await this.connections.ready();
    await this.#cancellations.start();
  }

  /** `prompt`: calls fail at once while Redis is away, for HTTP requests. `patient`: they wait up to 15 s, for work in hand. */
  ports(mode: 'prompt' | 'patient'): QueuePorts {
    const existing = this.#ports.get(mode);
    if (existing !== undefined) return existing;
    const redis = this.connections[mode];
    const report = this.#report;
    const queue = new BullFlowQueue(redis, report, this.#tracing);
    const tellProgress: TellProgress = (generation, epoch, roles) =>
      queue.addNotifications(generation, epoch, roles, { delayMilliseconds: PROGRESS_MILLISECONDS }).catch(report);
    const ports = {
      queue,
      live: new RedisLiveStore(redis, new FairPriority(redis, { report })),
      events: new RedisEventLog(redis, this.#hub, tellProgress),
    };
    this.#ports.set(mode, ports);
    return ports;
  }

  /** Starts to take jobs. It is the caller's to stop, drain and close, before this adapter is closed. */
  processor(options: Omit<ProcessorOptions, 'connections' | 'cancellations' | 'live' | 'company'>): Processor {
    const { live } = this.ports('patient');
    const shared = { connections: this.connections, cancellations: this.#cancellations, company: this.#company };
    return new Processor({ ...options, ...shared, live });
  }

  /** Whether a generation whose job runs here was canceled, as far as is known now. */
  isCanceled(generation: string): boolean {
    return this.#cancellations.isCanceled(generation);
  }

  /** Records of a gateway that are asked for while a client waits. */
  records(kind: RecordKind): RedisRecords {
    return new RedisRecords(this.connections.prompt, kind);
  }

  /** Copies for a gateway of what stands in S3, which are asked for while a client waits. */
  copies(kind: RecordKind): RedisCopies {
    return new RedisCopies(this.connections.prompt, kind);
  }

  /** What graphs of a bundle cost. */
  costs(bundle: BundleRef): CostRecords {
    return new CostRecords(this.connections.prompt, bundle);
  }

  /** What the workers of every stage and bundle have to do. */
  get pools(): Pools {
    return new Pools(this.connections.prompt);
  }

  /** What Redis says of itself. Throws GenerationError `queue_unavailable`. */
  figures(): Promise<RedisFigures> {
    return readRedisFigures(this.connections.prompt);
  }

  /** Limits of API keys, which are asked for while a client waits. */
  get limits(): { rates: RedisRateLimiter; open: OpenGenerations; bytes: ByteCounter } {
    const redis = this.connections.prompt;
    return { rates: new RedisRateLimiter(redis), open: new OpenGenerations(redis), bytes: new ByteCounter(redis) };
  }

  /** The queues as a page. It is closed with this adapter. */
  async board({ readOnly }: Pick<QueueBoardOptions, 'readOnly'>): Promise<QueueBoard> {
    const board = await QueueBoard.load(this.connections.prompt, { readOnly, report: this.#report });
    this.#boards.push(board);
    return board;
  }

  lease(name: string): RedisLease {
    return new RedisLease(this.connections.patient, name);
  }

  /** A health check. */
  ping(): Promise<string> {
    return this.connections.ping();
  }

  /** Takes leave of Redis; from one that does not answer, the connections are cut. */
  async close(): Promise<void> {
    this.#hub.close();
    const leave = this.#leave().catch(this.#report);
    await Promise.race([leave, setTimeout(CLOSE_MILLISECONDS, undefined, { ref: false })]);
    this.connections.close();
  }

  async #leave(): Promise<void> {
    await this.#cancellations.close();
    if (this.connections.prompt.status === 'ready')
      await Promise.all(
        [...[...this.#ports.values()].map(({ queue }) => queue), ...this.#boards].map((one) => one.close()),
      );
  }
}
