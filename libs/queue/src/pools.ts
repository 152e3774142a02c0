import type { Redis } from 'ioredis';
import { z } from 'zod';
import { ENDED_STATUSES, QUEUE_PREFIX, type GraphCosts, type GraphRows, type PoolSeconds } from '@medley/domain';
import { JOB_AGAIN, READ_POOLS, START_JOB } from './pool-scripts.ts';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';

/** Stages that have a pool of workers for each bundle; `assemble` runs where `decode` does. */
export const POOL_STAGES = ['encode', 'diffuse', 'decode'] as const;
export type PoolStage = (typeof POOL_STAGES)[number];

/** What the workers of one stage and bundle have to do. */
export interface PoolWork {
  stage: PoolStage;
  /** Rows that wait or run, by graph: those of diffusion from the acceptance on, less the steps that are done; those of decoding once their latents are there. */
  rows: GraphRows;
  /** Jobs that could start now. */
  waiting: number;
  /** Since the first of them could. 0 where none waits. */
  oldestWaitSeconds: number;
}

/** What one bundle's pools have to do. */
export interface BundlePools {
  bundle: string;
  /** The first eight digits of the bundle's digest. */
  digest: string;
  /** Generations that are accepted and have not ended. */
  open: number;
  /** What its workers measured its graphs to cost. */
  costs: GraphCosts;
  stages: PoolWork[];
}

/** What was ever accepted for one bundle's pools. */
export interface AcceptedWork {
  bundle: string;
  /** The first eight digits of the bundle's digest. */
  digest: string;
  seconds: Partial<PoolSeconds>;
}

const flat = z.array(z.string());
const pools = z.array(z.tuple([z.string(), flat, flat, z.array(z.tuple([z.int(), z.int()]))]));

/** What pools have to do, as the scripts that move generations keep it: a call costs the same however many there are. */
export class Pools {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Every bundle that has work, at one moment. May throw GenerationError `queue_unavailable`. */
  async read(): Promise<BundlePools[]> {
    const answer = await redisCall(() => READ_POOLS.run(this.#redis, [redisKeys.pools], POOL_STAGES));
    return pools.parse(answer).map(([pool, work, costs, waits]) => {
      const [bundle, digest] = pool.split('.') as [string, string];
      const counts = numbers(work);
      return {
        bundle,
        digest,
        open: counts['open'] ?? 0,
        costs: numbers(costs),
        stages: POOL_STAGES.map((stage, index) => {
          const [waiting, milliseconds] = waits[index]!;
          return { stage, rows: rowsOf(counts, stage), waiting, oldestWaitSeconds: milliseconds / 1000 };
        }),
      };
    });
  }

  /** Seconds of work that were accepted since Redis began, as they were predicted then. May throw GenerationError `queue_unavailable`. */
  async accepted(): Promise<AcceptedWork[]> {
    const fields = await redisCall(() => this.#redis.hgetall(redisKeys.accepted));
    const pools = new Map<string, Partial<PoolSeconds>>();
    for (const [field, seconds] of Object.entries(fields)) {
      const [pool, stage] = field.split(' ') as [string, PoolStage];
      pools.set(pool, { ...pools.get(pool), [stage]: Number(seconds) });
    }
    return [...pools].map(([pool, seconds]) => {
      const [bundle, digest] = pool.split('.') as [string, string];
      return { bundle, digest, seconds };
    });
  }

  /** A job starts. The answer is for how many seconds it waited for a worker; undefined where that is not kept. */
  async start(queue: string, job: string): Promise<number | undefined> {
    if (!hasPool(queue)) return undefined;
    const waited = await START_JOB.run(this.#redis, [redisKeys.wait(queue)], [job]);
    return waited === null ? undefined : Number(waited) / 1000;
  }

  /** A job that had started waits again, from now on. `held`: its lock is the caller's, who lets go of it. */
  async again(queue: string, job: string, { held }: { held: boolean }): Promise<void> {
    if (!hasPool(queue)) return;
    const generation = job.slice(0, job.indexOf('-'));
    const lock = `${QUEUE_PREFIX}:${queue}:${job}:lock`;
    const keys = [redisKeys.wait(queue), redisKeys.live(generation), lock];
    await JOB_AGAIN.run(this.#redis, keys, [job, held ? '1' : '0', ...ENDED_STATUSES]);
  }
}

function hasPool(queue: string): boolean {
  return POOL_STAGES.some((stage) => queue.startsWith(`${stage}.`));
}

/** Names and numbers in turns. */
function numbers(fields: readonly string[]): Record<string, number> {
  const pairs = Array.from({ length: fields.length / 2 }, (_, index) => [
    fields[2 * index]!,
    Number(fields[2 * index + 1]),
  ]);
  return Object.fromEntries(pairs) as Record<string, number>;
}

/** `<stage> <graph>` → the stage's rows by graph. */
function rowsOf(counts: Record<string, number>, stage: PoolStage): GraphRows {
  const own = Object.entries(counts).filter(([name, rows]) => name.startsWith(`${stage} `) && rows !== 0);
  return Object.fromEntries(own.map(([name, rows]) => [name.slice(stage.length + 1), rows]));
}
