import type { Redis } from 'ioredis';
import { LuaScript } from './lua-script.ts';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';

/** After so long the bytes are counted anew. */
const COUNT_SECONDS = 3_600;

/** KEYS: the sum. ARGV: bytes, limit, the sum as it was counted ('' to take the one that stands), seconds. */
const ADD = new LuaScript(`
local counted = ARGV[3] ~= ''
local sum = counted and ARGV[3] or redis.call('GET', KEYS[1])
if not sum then return -1 end
local fits = tonumber(sum) + tonumber(ARGV[1]) <= tonumber(ARGV[2])
if counted then redis.call('SET', KEYS[1], sum, 'EX', ARGV[4]) end
if fits then redis.call('INCRBY', KEYS[1], ARGV[1]) end
return fits and 1 or 0`);

/** Sums of bytes that keys have stored. May throw GenerationError `queue_unavailable`. */
export class ByteCounter {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Adds bytes unless the sum would pass the limit. `counted` replaces the sum; without it `unknown` asks for one. */
  async add(owner: string, bytes: number, limit: number, counted?: number): Promise<'added' | 'refused' | 'unknown'> {
    const values = [bytes, limit, counted ?? '', COUNT_SECONDS];
    const answer = await redisCall(() => ADD.run(this.#redis, [redisKeys.record('bytes', owner)], values));
    return answer === 1 ? 'added' : answer === 0 ? 'refused' : 'unknown';
  }
}
