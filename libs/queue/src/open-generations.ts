import type { Redis } from 'ioredis';
import { ENDED_STATUSES } from '@medley/domain';
import { LuaScript } from './lua-script.ts';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';

/** Seconds for which a place is held that no live state came to. */
const RESERVED_SECONDS = 120;

/**
 * Adds a generation to the open ones of its key. KEYS: the open ones by the second at which they came. ARGV: id, limit,
 * prefix of live states, seconds of a reservation, then the statuses of an end. Where the limit is reached, those that have
 * ended are struck off first. Answers 0: refused, 1: added, 2: was there.
 */
const RESERVE = new LuaScript(`
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 2 end
local now = tonumber(redis.call('TIME')[1])
local limit = tonumber(ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= limit then
  local ended = {}
  for index = 5, #ARGV do ended[ARGV[index]] = true end
  local entries = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
  for index = 1, #entries, 2 do
    local status = redis.call('HGET', ARGV[3] .. entries[index], 'status')
    local late = now - tonumber(entries[index + 1]) > tonumber(ARGV[4])
    if (status and ended[status]) or (not status and late) then redis.call('ZREM', KEYS[1], entries[index]) end
  end
  if redis.call('ZCARD', KEYS[1]) >= limit then return 0 end
end
redis.call('ZADD', KEYS[1], now, ARGV[1])
return 1`);

/** How many generations of a key are open at once. May throw GenerationError `queue_unavailable`. */
export class OpenGenerations {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** `added` takes one of `limit` places, which is free again when the generation has ended. */
  async reserve(owner: string, generation: string, limit: number): Promise<'added' | 'present' | 'refused'> {
    const values = [generation, limit, redisKeys.live(''), RESERVED_SECONDS, ...ENDED_STATUSES];
    const answer = await redisCall(() => RESERVE.run(this.#redis, [redisKeys.open(owner)], values));
    return answer === 1 ? 'added' : answer === 2 ? 'present' : 'refused';
  }

  /** For a generation that was not accepted after all. */
  async release(owner: string, generation: string): Promise<void> {
    await redisCall(() => this.#redis.zrem(redisKeys.open(owner), generation));
  }
}
