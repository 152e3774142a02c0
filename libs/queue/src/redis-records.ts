import type { Redis } from 'ioredis';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';

/** What is kept as records: copies of API keys, the sessions of pages, uploads that were begun, webhook endpoints by key, begins that webhooks were told. */
export type RecordKind = 'key' | 'session' | 'upload' | 'endpoints' | 'begin';

/** Short texts of one kind by name, each for a while. Every method may throw GenerationError `queue_unavailable`. */
export class RedisRecords {
  readonly #redis: Redis;
  readonly #kind: RecordKind;

  constructor(redis: Redis, kind: RecordKind) {
    this.#redis = redis;
    this.#kind = kind;
  }

  async get(name: string): Promise<string | undefined> {
    return redisCall(async () => (await this.#redis.get(redisKeys.record(this.#kind, name))) ?? undefined);
  }

  /** With `onlyNew` one that is there stays as it is. */
  async put(
    name: string,
    value: string,
    { seconds, onlyNew = false }: { seconds: number; onlyNew?: boolean },
  ): Promise<void> {
    const key = redisKeys.record(this.#kind, name);
    await redisCall(() =>
      onlyNew ? this.#redis.set(key, value, 'EX', seconds, 'NX') : this.#redis.set(key, value, 'EX', seconds),
    );
  }

  /** For how many seconds more it is kept; 0 when it is not there. */
  async secondsLeft(name: string): Promise<number> {
    return redisCall(async () => Math.max(0, await this.#redis.ttl(redisKeys.record(this.#kind, name))));
  }

  async delete(name: string): Promise<void> {
    await redisCall(() => this.#redis.del(redisKeys.record(this.#kind, name)));
  }
}
