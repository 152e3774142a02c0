import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { QUEUE_PREFIX, type GenerationRequest } from '@medley/domain';
import { PRIORITY_LIMIT, enqueue, priorityOf, rebaseBy, type Lanes } from './fair-share.ts';
import { LuaScript } from './lua-script.ts';
import { redisKeys } from './redis-keys.ts';

const OWNER_SECONDS = 7 * 86_400;

/** Replaces a key's lanes if they are still those that were read; the answer is 1 then. */
const SWAP = new LuaScript(`
local lanes = redis.call('HMGET', KEYS[1], 'high', 'normal', 'low')
for index = 1, 3 do if (lanes[index] or '0') ~= ARGV[index] then return 0 end end
redis.call('HSET', KEYS[1], 'high', ARGV[4], 'normal', ARGV[5], 'low', ARGV[6])
redis.call('EXPIRE', KEYS[1], ARGV[7])
return 1`);

/** Moves the base if it is still the one that was read: one process of many gets 1, and lowers the queued priorities. */
const MOVE_BASE = new LuaScript(`
if (redis.call('HGET', KEYS[1], 'base') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'base', ARGV[2])
return 1`);

/** Lowers the priority in a line of waiting generations, keeping the order of arrival. */
const LOWER_LINE = new LuaScript(`
local shift = tonumber(ARGV[1])
local entries = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for index = 1, #entries, 2 do
  local score = tonumber(entries[index + 1])
  local priority = math.floor(score / 0x100000000)
  if priority > shift then redis.call('ZADD', KEYS[1], score - shift * 0x100000000, entries[index]) end
end
return #entries / 2`);

const stored = z.array(z.string().nullable());

interface FairPriorityOptions {
  /** Failures of a rebase, which runs beside the call that found it due. */
  report: (error: Error) => void;
  /** Highest priority; BullMQ's own limit by default. */
  limit?: number;
}

/** Weighted-fair priorities per API key, kept in Redis (architecture.md, Jobs). */
export class FairPriority {
  readonly #redis: Redis;
  readonly #report: (error: Error) => void;
  readonly #limit: number;
  #rebasing: Promise<void> | undefined;

  constructor(redis: Redis, { report, limit = PRIORITY_LIMIT }: FairPriorityOptions) {
    this.#redis = redis;
    this.#report = report;
    this.#limit = limit;
  }

  /** The priority of the key's next generation, which costs `cost` units: 1…limit, lower runs earlier. */
  async next(owner: string, cost: number, priority: GenerationRequest['priority']): Promise<number> {
    for (;;) {
      const [time, lanes] = await Promise.all([
        this.#redis.hmget(redisKeys.fair, 'clock', 'base'),
        this.#redis.hmget(redisKeys.fairOwner(owner), 'high', 'normal', 'low'),
      ]);
      const [clock, base] = numbers(time) as [number, number];
      const [high, normal, low] = numbers(lanes) as [number, number, number];
      const { tag, lanes: after } = enqueue({ high, normal, low }, { clock, base }, cost, priority);
      const swapped = await this.#swap(owner, { high, normal, low }, after);
      if (!swapped) continue;
      if (rebaseBy({ clock, base }, this.#limit) > 0) this.#rebasing ??= this.#rebase(clock, base);
      return priorityOf(tag, { clock, base }, this.#limit);
    }
  }

  /** Resolves when no rebase begun here is under way. */
  async settled(): Promise<void> {
    await this.#rebasing;
  }

  async #swap(owner: string, before: Lanes, after: Lanes): Promise<boolean> {
    const values = [before, after].flatMap(({ high, normal, low }) => [high, normal, low].map(String));
    return (await SWAP.run(this.#redis, [redisKeys.fairOwner(owner)], [...values, OWNER_SECONDS])) === 1;
  }

  async #rebase(clock: number, base: number): Promise<void> {
    try {
      const shift = rebaseBy({ clock, base }, this.#limit);
      const moved = await MOVE_BASE.run(this.#redis, [redisKeys.fair], [String(base), String(base + shift)]);
      if (moved !== 1) return;
      for (const name of await this.#redis.smembers(redisKeys.queues)) await this.#lowerQueue(name, shift);
    } catch (error) {
      this.#report(error as Error);
    } finally {
      this.#rebasing = undefined;
    }
  }

  /** What is above the shift was queued under the old base; what is at or below it comes first under either. */
  async #lowerQueue(name: string, shift: number): Promise<void> {
    const [stage, ...bundle] = name.split('.');
    if (stage === 'diffuse') await LOWER_LINE.run(this.#redis, [`${QUEUE_PREFIX}.line:${bundle.join('.')}`], [shift]);
    const queue = new Queue(name, { connection: this.#redis, prefix: QUEUE_PREFIX, skipMetasUpdate: true });
    queue.on('error', this.#report);
    try {
      for (const state of ['waiting-children', 'delayed', 'prioritized'] as const) {
        // All ids are read before the first change: lowering moves jobs within the set.
        for (const id of await this.#redis.zrange(queue.toKey(state), 0, -1)) {
          const job = await queue.getJob(id);
          if (job === undefined || job.priority <= shift) continue;
          await job.changePriority({ priority: job.priority - shift });
        }
      }
    } finally {
      await queue.close();
    }
  }
}

function numbers(values: (string | null)[]): number[] {
  return stored.parse(values).map((value) => Number(value ?? '0'));
}
