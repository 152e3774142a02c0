import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { GenerationError } from '@medley/domain';
import type { Company } from './company.ts';
import { DEADLY } from './job-states.ts';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';

/** So many workers may die of a job that they ran alone. */
const MAX_DEATHS = 3;
const DEATHS_SECONDS = 86_400;

/**
 * A job that was in hand when its worker died runs alone from then on, so that it is known which one kills workers: that
 * one is given up.
 */
export class Suspects {
  readonly #redis: Redis;
  readonly #company: Company;

  /** `company`: all that runs in this process. */
  constructor(redis: Redis, company: Company) {
    this.#redis = redis;
    this.#company = company;
  }

  /**
   * Resolves, when the job's turn has come, with what says that it came to its end here. Rejects with the signal's reason, or
   * GenerationError `worker_crashed` for one that was begun alone too often, `queue_unavailable`.
   */
  async enter(job: Job, key: string, signal: AbortSignal): Promise<() => Promise<void>> {
    const alone = job.stalledCounter > 0;
    const leave = await this.#company.enter(alone, signal);
    if (!alone) return async () => leave();
    const count = redisKeys.alone(key);
    try {
      const begun = await redisCall(() => this.#redis.incr(count));
      await redisCall(() => this.#redis.expire(count, DEATHS_SECONDS));
      if (begun > MAX_DEATHS) throw new GenerationError('worker_crashed', DEADLY);
    } catch (error) {
      leave();
      throw error;
    }
    return async () => {
      leave();
      await redisCall(() => this.#redis.del(count));
    };
  }
}
