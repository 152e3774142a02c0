import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { LuaScript } from './lua-script.ts';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';

const HOLD = new LuaScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`);

const RELEASE = new LuaScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`);

/** A lease that one process at a time holds. It bounds double work; it fences no effect. */
export class RedisLease {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #holder = randomUUID();

  constructor(redis: Redis, name: string) {
    this.#redis = redis;
    this.#key = redisKeys.lease(name);
  }

  /** Takes or renews the lease for so many seconds; false while another process holds it. */
  async hold(seconds: number): Promise<boolean> {
    const milliseconds = Math.ceil(seconds * 1000);
    return redisCall(async () => (await HOLD.run(this.#redis, [this.#key], [this.#holder, milliseconds])) === 1);
  }

  async release(): Promise<void> {
    await redisCall(() => RELEASE.run(this.#redis, [this.#key], [this.#holder]));
  }
}
