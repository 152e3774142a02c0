import type { Redis } from 'ioredis';
import { LuaScript } from './lua-script.ts';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';
import type { RecordKind } from './redis-records.ts';

/** Longer than any reading of the original takes. */
const VERSION_SECONDS = 86_400;

/** KEYS: the copy, its version. ARGV: the version when the original was read, the copy, seconds. */
const KEEP = new LuaScript(`
if (redis.call('GET', KEYS[2]) or '0') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1`);

/** KEYS: the same. ARGV: seconds for which the version is remembered. */
const DROP = new LuaScript(`
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[1])
return 1`);

/**
 * Copies of what stands elsewhere. Whoever changes the original drops the copy after it; what others have read of the
 * original before that is kept no more. Every method may throw GenerationError `queue_unavailable`.
 */
export class RedisCopies {
  readonly #redis: Redis;
  readonly #kind: RecordKind;

  constructor(redis: Redis, kind: RecordKind) {
    this.#redis = redis;
    this.#kind = kind;
  }

  async get(name: string): Promise<string | undefined> {
    return redisCall(async () => (await this.#redis.get(this.#keys(name)[0])) ?? undefined);
  }

  /** To be asked before the original is read. */
  async version(name: string): Promise<string> {
    return redisCall(async () => (await this.#redis.get(this.#keys(name)[1])) ?? '0');
  }

  /** Keeps a copy for so long, unless the original has changed since `version`. */
  async keep(name: string, copy: string, { version, seconds }: { version: string; seconds: number }): Promise<void> {
    await redisCall(() => KEEP.run(this.#redis, this.#keys(name), [version, copy, seconds]));
  }

  async drop(name: string): Promise<void> {
    await redisCall(() => DROP.run(this.#redis, this.#keys(name), [VERSION_SECONDS]));
  }

  #keys(name: string): [copy: string, version: string] {
    return [redisKeys.record(this.#kind, name), redisKeys.record(`${this.#kind}-version`, name)];
  }
}
