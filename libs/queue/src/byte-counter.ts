import type { Redis } from 'ioredis';
import { z } from 'zod';
import { LuaScript } from './lua-script.ts';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';

/** Longer than anything that is held, and than a sum holds. */
const KEEP_SECONDS = 3 * 86_400;

/**
 * KEYS: the sums `sum` (stored, known `until` a second), `held`, `stored` (all that was ever stored); what is held, by the second
 * until which it is. ARGV: name, bytes, limit, seconds, seconds to keep. Answers 1: held, 0: refused, -1: unknown; then the sums.
 */
const HOLD = new LuaScript(`
local now = tonumber(redis.call('TIME')[1])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('ZREM', KEYS[2], gone)
  redis.call('HINCRBY', KEYS[1], 'held', '-' .. string.match(gone, '%d+$'))
end
if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('HSET', KEYS[1], 'held', '0') end
redis.call('EXPIRE', KEYS[1], ARGV[5])
local member = ARGV[1] .. ' ' .. ARGV[2]
local known = redis.call('HMGET', KEYS[1], 'sum', 'until', 'held')
local sum, held = known[1] or '0', known[3]
if redis.call('ZSCORE', KEYS[2], member) then return { 1, sum, held } end
if not known[1] or tonumber(known[2]) <= now then return { -1, sum, held } end
if tonumber(sum) + tonumber(held) + tonumber(ARGV[2]) > tonumber(ARGV[3]) then return { 0, sum, held } end
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[4]), member)
redis.call('HINCRBY', KEYS[1], 'held', ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[5])
return { 1, sum, held }`);

/** ARGV: name, bytes, 1 when they are stored now, seconds to keep. */
const SETTLE = new LuaScript(`
if redis.call('ZREM', KEYS[2], ARGV[1] .. ' ' .. ARGV[2]) == 1 then redis.call('HINCRBY', KEYS[1], 'held', '-' .. ARGV[2]) end
if ARGV[3] == '0' then return 0 end
if redis.call('HEXISTS', KEYS[1], 'sum') == 1 then redis.call('HINCRBY', KEYS[1], 'sum', ARGV[2]) end
redis.call('HINCRBY', KEYS[1], 'stored', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1`);

/** ARGV: the bytes that were counted, `stored` when the counting began, seconds for which the sum is known, seconds to keep. */
const RECOUNT = new LuaScript(`
local since = tonumber(redis.call('HGET', KEYS[1], 'stored') or '0') - tonumber(ARGV[2])
local sum = tonumber(ARGV[1]) + math.max(since, 0)
local known = tonumber(redis.call('TIME')[1]) + tonumber(ARGV[3])
redis.call('HSET', KEYS[1], 'sum', string.format('%.0f', sum), 'until', string.format('%.0f', known))
redis.call('EXPIRE', KEYS[1], ARGV[4])
return since > 0 and 1 or 0`);

const answer = z.tuple([z.int(), z.coerce.number(), z.coerce.number()]);

/** Bytes of one account on their way to storage. The name is that of what they come for, and has no spaces. */
export interface HeldBytes {
  account: string;
  name: string;
  bytes: number;
}

/** `unknown`: the sum has to be counted first. `stored` and `held`: what stands against the limit, these bytes not included. */
export interface HoldAnswer {
  outcome: 'held' | 'refused' | 'unknown';
  stored: number;
  held: number;
}

/**
 * Sums of the bytes that accounts have stored and are about to store. Every method may throw GenerationError
 * `queue_unavailable`.
 */
export class ByteCounter {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Holds bytes for so many seconds, unless that would pass the limit. What is held already is held on as it is. */
  async hold(
    { account, name, bytes }: HeldBytes,
    { limit, seconds }: { limit: number; seconds: number },
  ): Promise<HoldAnswer> {
    const values = [name, bytes, limit, seconds, KEEP_SECONDS];
    const [code, stored, held] = answer.parse(await redisCall(() => HOLD.run(this.#redis, keysOf(account), values)));
    return { outcome: code === 1 ? 'held' : code === 0 ? 'refused' : 'unknown', stored, held };
  }

  /** What was held is stored now. */
  async store(held: HeldBytes): Promise<void> {
    await this.#settle(held, 1);
  }

  /** What was held is not stored. */
  async release(held: HeldBytes): Promise<void> {
    await this.#settle(held, 0);
  }

  /** To be asked before stored bytes are counted. */
  async mark(account: string): Promise<number> {
    return redisCall(async () => Number((await this.#redis.hget(keysOf(account)[0], 'stored')) ?? 0));
  }

  /**
   * Takes what was counted since `mark` as the sum, for so many seconds. False when something was stored meanwhile: whether
   * the counting has seen it is not known, so the sum may be too great by that.
   */
  async recount(account: string, counted: number, mark: number, seconds: number): Promise<boolean> {
    const values = [counted, mark, seconds, KEEP_SECONDS];
    return (await redisCall(() => RECOUNT.run(this.#redis, keysOf(account).slice(0, 1), values))) === 0;
  }

  async #settle({ account, name, bytes }: HeldBytes, stored: 0 | 1): Promise<void> {
    await redisCall(() => SETTLE.run(this.#redis, keysOf(account), [name, bytes, stored, KEEP_SECONDS]));
  }
}

function keysOf(account: string): [sums: string, holds: string] {
  return [redisKeys.record('stored-bytes', account), redisKeys.record('held-bytes', account)];
}
