import type { Redis } from 'ioredis';
import { z } from 'zod';
import { LuaScript } from './lua-script.ts';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';

/**
 * The generic cell rate algorithm: KEYS[1] holds the moment, in microseconds by the clock of Redis, at which everything
 * asked for so far would have come evenly spaced. ARGV: requests, microseconds. Answers whether one more may pass now, how
 * many after it, and the microseconds until the next may (after a refusal) or until all may. A clock that is put back makes
 * nobody wait for longer than the window.
 */
const TAKE = new LuaScript(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local window = tonumber(ARGV[2])
local each = window / tonumber(ARGV[1])
local even = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now), now + window)
local after = even + each
if after > now + window + 1 then return { 0, 0, math.ceil(after - now - window) } end
redis.call('SET', KEYS[1], string.format('%.3f', after), 'PX', math.ceil((after - now) / 1000))
return { 1, math.floor((now + window - after) / each + 0.001), math.ceil(after - now) }`);

const answer = z.tuple([z.int(), z.int(), z.number()]);

/** So many requests in so many seconds, all of them at once at most. */
export interface Rate {
  requests: number;
  seconds: number;
}

export interface RateAnswer {
  allowed: boolean;
  /** Requests that may follow at once. */
  remaining: number;
  /** After a refusal until the next may pass; else until all may. */
  seconds: number;
}

/** One limit for all processes of a deployment. May throw GenerationError `queue_unavailable`. */
export class RedisRateLimiter {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Counts a request of `name`; one that is refused does not count. */
  async take(name: string, { requests, seconds }: Rate): Promise<RateAnswer> {
    const values = [requests, seconds * 1_000_000];
    const taken = await redisCall(() => TAKE.run(this.#redis, [redisKeys.record('rate', name)], values));
    const [allowed, remaining, microseconds] = answer.parse(taken);
    return { allowed: allowed === 1, remaining, seconds: microseconds / 1_000_000 };
  }
}
