import type { FastifyReply } from 'fastify';
import { GenerationError, ifQueueAway } from '@medley/domain';
import type { RateAnswer, RedisRateLimiter } from '@medley/queue';
import { rateLimitFields } from '../http/rate-limit-fields.ts';

const SECONDS = 60;

/**
 * Requests a minute, counted in Redis for all gateways. It lets everything pass while Redis is away: what would queue or
 * store anything is refused then for its own reasons, and what can be answered without Redis is.
 */
export class RequestLimiter {
  readonly #rates: RedisRateLimiter;

  constructor(rates: RedisRateLimiter) {
    this.#rates = rates;
  }

  /** Counts a request of `name`, and says in the answer's header where it stands. Throws GenerationError `rate_limited`. */
  async take(name: string, requests: number, reply: FastifyReply, who: string): Promise<void> {
    const rate = { requests, seconds: SECONDS };
    const taken = await this.#take(name, rate);
    if (taken === undefined) return;
    void reply.headers(rateLimitFields(rate, taken));
    if (taken.allowed) return;
    const wait = Math.ceil(taken.seconds);
    throw new GenerationError('rate_limited', `${who} may send ${requests} requests a minute; try again in ${wait} s`);
  }

  async #take(name: string, rate: { requests: number; seconds: number }): Promise<RateAnswer | undefined> {
    return this.#rates.take(name, rate).catch(ifQueueAway(undefined));
  }
}
