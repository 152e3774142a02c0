import { poolName, rowsMilliseconds } from '@medley/domain';
import { POOL_STAGES, type AcceptedWork, type BundlePools, type RedisFigures } from '@medley/queue';
import type { Counter, Metrics } from '@medley/runtime';
import type { CatalogEntry } from './models/bundle-catalog.ts';

/** The gauges of one scrape share a reading; no reading is older than this when it is told. */
const KEEP_MILLISECONDS = 1_000;
const LABELS = {
  bundle: 'name of a bundle',
  digest: 'first eight digits of its digest, as in the names of its queues',
} as const;
const STAGE_LABELS = { stage: POOL_STAGES, ...LABELS } as const;

/** What is read from Redis. */
export interface PoolSource {
  pools(): Promise<BundlePools[]>;
  accepted(): Promise<AcceptedWork[]>;
  figures(): Promise<RedisFigures>;
}

interface Reading {
  pools: BundlePools[];
  accepted: AcceptedWork[];
  figures: RedisFigures;
}

/**
 * What the pools of the whole deployment have to do, and how Redis is: read at each scrape, whose cost does not depend on how
 * much there is. Every gateway says the same. While Redis is away nothing is said of either.
 */
export class PoolMetrics {
  readonly #source: PoolSource;
  readonly #entries: () => readonly CatalogEntry[];
  readonly #commands: Counter;
  #commandsTold = 0;
  #kept: { reading: Promise<Reading | undefined>; until: number } | undefined;

  /** `entries`: bundles that this gateway knows; those without work are told with 0. */
  constructor(metrics: Metrics, source: PoolSource, entries: () => readonly CatalogEntry[]) {
    this.#source = source;
    this.#entries = entries;
    this.#registerPools(metrics);
    this.#registerRedis(metrics);
    this.#commands = metrics.counter({
      name: 'redis_commands_total',
      help: 'Commands that Redis has processed since its start',
    });
  }

  #registerPools(metrics: Metrics): void {
    const of = (name: string, help: string, value: (pool: Told, stage: BundlePools['stages'][number]) => number) =>
      metrics.gauge({ name, help, labels: STAGE_LABELS }, (gauge) =>
        this.#tell(gauge, (pool) => {
          for (const stage of pool.stages) {
            const { bundle, digest } = pool;
            gauge.set({ stage: stage.stage, bundle, digest }, value(pool, stage));
          }
        }),
      );
    of(
      'pool_work_seconds',
      'Predicted seconds of work that waits or runs, for one thread: that of encoding and diffusion from the acceptance on, less what is done; that of decoding from the last step on',
      ({ manifest, costs }, { rows }) => rowsMilliseconds(rows, manifest, costs) / 1000,
    );
    of(
      'pool_oldest_wait_seconds',
      'Seconds for which the first of the jobs that could start has waited; 0 where none waits',
      (_, { oldestWaitSeconds }) => oldestWaitSeconds,
    );
    of('pool_waiting_jobs', 'Jobs that could start and have not', (_, { waiting }) => waiting);
    metrics.counter(
      {
        name: 'pool_accepted_work_seconds_total',
        help: 'Predicted seconds of work that was accepted since Redis began, for one thread, as predicted at the acceptance',
        labels: STAGE_LABELS,
      },
      (counter) =>
        this.#tell(counter, ({ bundle, digest, accepted }) => {
          for (const stage of POOL_STAGES) counter.inc({ stage, bundle, digest }, accepted[stage] ?? 0);
        }),
    );
    metrics.gauge(
      { name: 'pool_open_generations', help: 'Generations that are accepted and have not ended', labels: LABELS },
      (gauge) => this.#tell(gauge, ({ bundle, digest, open }) => gauge.set({ bundle, digest }, open)),
    );
  }

  #registerRedis(metrics: Metrics): void {
    const of = (name: string, help: string, value: (figures: RedisFigures) => number) =>
      metrics.gauge({ name, help }, async (gauge) => {
        const reading = await this.#read();
        if (reading === undefined) gauge.remove();
        else gauge.set(value(reading.figures));
      });
    metrics.gauge({ name: 'redis_up', help: '1 when Redis answers, 0 when it does not' }, async (gauge) => {
      const reading = await this.#read();
      gauge.set(reading === undefined ? 0 : 1);
      if (reading !== undefined) this.#count(reading.figures.commands);
    });
    of('redis_memory_used_bytes', 'Memory that Redis uses', ({ memoryUsedBytes }) => memoryUsedBytes);
    of(
      'redis_memory_limit_bytes',
      'Memory that Redis may use: its maxmemory, or that of its machine',
      ({ memoryLimitBytes }) => memoryLimitBytes,
    );
    of('redis_aof_enabled', '1 when Redis writes an append-only file', ({ appendOnly }) => Number(appendOnly));
    of(
      'redis_aof_healthy',
      '1 when the last write and the last rewrite of the append-only file went well',
      ({ appendOnlyHealthy }) => Number(appendOnlyHealthy),
    );
    of('redis_aof_bytes', 'Size of the append-only file', ({ appendOnlyBytes }) => appendOnlyBytes);
    of('redis_clients', 'Connections to Redis', ({ clients }) => clients);
  }

  /** Redis counts from its start on. */
  #count(commands: number): void {
    this.#commands.inc(commands >= this.#commandsTold ? commands - this.#commandsTold : commands);
    this.#commandsTold = commands;
  }

  /** What is told of each pool is all that is told: the metric begins anew. */
  async #tell(metric: { reset(): void }, tell: (pool: Told) => void): Promise<void> {
    const reading = await this.#read();
    metric.reset();
    for (const pool of reading === undefined ? [] : this.#told(reading)) tell(pool);
  }

  /** Known bundles first, then those whose last generations another release accepted. */
  #told({ pools, accepted }: Reading): Told[] {
    const told = (pool: BundlePools, manifest: Told['manifest']): Told => {
      const seconds = accepted.find((one) => isSame(one, pool))?.seconds ?? {};
      return { ...pool, accepted: seconds, manifest };
    };
    const known = this.#entries().map((entry): Told => {
      const [bundle, digest] = poolName(entry).split('.') as [string, string];
      const found = pools.find((pool) => isSame(pool, { bundle, digest }));
      return told(found ?? idle(bundle, digest), entry.manifest);
    });
    const others = pools.filter((pool) => pool.open > 0 && !known.some((one) => isSame(one, pool)));
    return [...known, ...others.map((pool) => told(pool, undefined))];
  }

  /** Undefined while Redis does not answer. */
  #read(): Promise<Reading | undefined> {
    const now = performance.now();
    if (this.#kept !== undefined && this.#kept.until > now) return this.#kept.reading;
    const reading = Promise.all([this.#source.pools(), this.#source.accepted(), this.#source.figures()]).then(
      ([pools, accepted, figures]): Reading => ({ pools, accepted, figures }),
      () => undefined,
    );
    this.#kept = { reading, until: now + KEEP_MILLISECONDS };
    return reading;
  }
}

type Told = BundlePools & { accepted: AcceptedWork['seconds']; manifest: CatalogEntry['manifest'] | undefined };
type PoolName = Pick<BundlePools, 'bundle' | 'digest'>;

const isSame = (one: PoolName, other: PoolName) => one.bundle === other.bundle && one.digest === other.digest;

function idle(bundle: string, digest: string): BundlePools {
  const stages = POOL_STAGES.map((stage) => ({ stage, rows: {}, waiting: 0, oldestWaitSeconds: 0 }));
  return { bundle, digest, open: 0, costs: {}, stages };
}
