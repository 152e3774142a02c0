import { Queue, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { QUEUE_PREFIX, type GenerationRequest, type JobPayload } from '@medley/domain';
import { PRIORITY_LIMIT, enqueue, priorityOf, rebaseBy, type Lanes, type VirtualTime } from './fair-share.ts';
import { LuaScript } from './lua-script.ts';
import { redisKeys } from './redis-keys.ts';
import { RedisLease } from './redis-lease.ts';
import { WaitingLine } from './waiting-line.ts';

const OWNER_SECONDS = 7 * 86_400;

/** Replaces a key's lanes if they are still those that were read; the answer is 1 then. */
const SWAP = new LuaScript(`
local lanes = redis.call('HMGET', KEYS[1], 'high', 'normal', 'low')
for index = 1, 3 do if (lanes[index] or '0') ~= ARGV[index] then return 0 end end
redis.call('HSET', KEYS[1], 'high', ARGV[4], 'normal', ARGV[5], 'low', ARGV[6])
redis.call('EXPIRE', KEYS[1], ARGV[7])
return 1`);

/** Moves the base if it is still the one that was read; `moving` stands until every queued priority has followed. */
const MOVE_BASE = new LuaScript(`
if (redis.call('HGET', KEYS[1], 'base') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'base', ARGV[2], 'moving', 1)
return 1`);

/** All have followed, if this is still the base. */
const SETTLE = new LuaScript(`
if redis.call('HGET', KEYS[1], 'base') ~= ARGV[1] then return 0 end
return redis.call('HDEL', KEYS[1], 'moving')`);

/** Seconds for which one process is left to move priorities; it renews that as it goes. */
const LEASE_SECONDS = 30;
/** Jobs that are looked at in one call. */
const PAGE = 500;

const stored = z.array(z.string().nullable());

interface FairPriorityOptions {
  /** Failures of a rebase, which runs beside the call that found it due. */
  report: (error: Error) => void;
  /** Of which the clock may use half before the base is moved; BullMQ's highest priority by default. */
  limit?: number;
}

/** Weighted-fair turns per API key, kept in Redis (architecture.md, Jobs). */
export class FairPriority {
  readonly #redis: Redis;
  readonly #lease: RedisLease;
  readonly #line: WaitingLine;
  readonly #report: (error: Error) => void;
  readonly #limit: number;
  #rebasing: Promise<void> | undefined;

  constructor(redis: Redis, { report, limit = PRIORITY_LIMIT }: FairPriorityOptions) {
    this.#redis = redis;
    this.#lease = new RedisLease(redis, 'rebase');
    this.#line = new WaitingLine(redis);
    this.#report = report;
    this.#limit = limit;
  }

  /** The turn of the key's next generation, which costs `cost` units: from 1 on, lower runs earlier. */
  async next(owner: string, cost: number, priority: GenerationRequest['priority']): Promise<number> {
    for (;;) {
      const [{ time, moving }, lanes] = await Promise.all([
        this.#time(),
        this.#redis.hmget(redisKeys.fairOwner(owner), 'high', 'normal', 'low'),
      ]);
      const [high, normal, low] = numbers(lanes) as [number, number, number];
      const { turn, lanes: after } = enqueue({ high, normal, low }, time, cost, priority);
      const swapped = await this.#swap(owner, { high, normal, low }, after);
      if (!swapped) continue;
      if (moving || rebaseBy(time, this.#limit) > 0) this.#rebasing ??= this.#rebase();
      return turn;
    }
  }

  /** Resolves when no rebase begun here is under way. */
  async settled(): Promise<void> {
    await this.#rebasing;
  }

  async #time(): Promise<{ time: VirtualTime; moving: boolean }> {
    const [clock, base, moving] = numbers(await this.#redis.hmget(redisKeys.fair, 'clock', 'base', 'moving'));
    return { time: { clock: clock!, base: base! }, moving: moving === 1 };
  }

  async #swap(owner: string, before: Lanes, after: Lanes): Promise<boolean> {
    const values = [before, after].flatMap(({ high, normal, low }) => [high, normal, low].map(String));
    return (await SWAP.run(this.#redis, [redisKeys.fairOwner(owner)], [...values, OWNER_SECONDS])) === 1;
  }

  /** One process does it. What it leaves when it dies, the next one does over: every priority follows from a turn and the base. */
  async #rebase(): Promise<void> {
    try {
      if (!(await this.#lease.hold(LEASE_SECONDS))) return;
      try {
        const { time } = await this.#time();
        const base = time.base + rebaseBy(time, this.#limit);
        if (base > time.base) await MOVE_BASE.run(this.#redis, [redisKeys.fair], [String(time.base), String(base)]);
        for (const name of await this.#redis.smembers(redisKeys.queues)) await this.#rebaseQueue(name, base);
        await SETTLE.run(this.#redis, [redisKeys.fair], [String(base)]);
      } finally {
        await this.#lease.release();
      }
    } catch (error) {
      this.#report(error as Error);
    } finally {
      this.#rebasing = undefined;
    }
  }

  async #rebaseQueue(name: string, base: number): Promise<void> {
    const [stage, ...bundle] = name.split('.');
    if (stage === 'diffuse') await this.#line.rebase(`${QUEUE_PREFIX}.line:${bundle.join('.')}`);
    const queue = new Queue(name, { connection: this.#redis, prefix: QUEUE_PREFIX, skipMetasUpdate: true });
    queue.on('error', this.#report);
    try {
      for (const state of ['waiting-children', 'delayed', 'prioritized'] as const) {
        // All ids are read before the first change: that moves jobs within the set.
        const ids = await this.#redis.zrange(queue.toKey(state), 0, -1);
        for (let at = 0; at < ids.length; at += PAGE) {
          await this.#lease.hold(LEASE_SECONDS);
          await rebaseJobs(this.#redis, queue, ids.slice(at, at + PAGE), base);
        }
      }
    } finally {
      await queue.close();
    }
  }
}

/** Gives jobs the priorities that their generations' turns have above a base. Those whose live state is gone keep what they have. */
async function rebaseJobs(redis: Redis, queue: Queue, ids: readonly string[], base: number): Promise<void> {
  const jobs = await Promise.all(ids.map((id) => queue.getJob(id)));
  const present = jobs.filter((job) => job !== undefined);
  const turns = await Promise.all(
    present.map(({ data }) => redis.hget(redisKeys.live((data as JobPayload).generation), 'turn')),
  );
  // One after the other: equal priorities keep the order in which they are given.
  for (const [index, job] of present.entries()) {
    const turn = turns[index];
    if (turn != null) await setPriority(job, priorityOf(Number(turn), base));
  }
}

/** Does nothing for a job that was removed meanwhile. */
export async function setPriority(job: Job, priority: number): Promise<void> {
  if (job.priority === priority) return;
  await job.changePriority({ priority }).catch((error: Error) => {
    if (!error.message.startsWith('Missing key for job')) throw error;
  });
}

function numbers(values: (string | null)[]): number[] {
  return stored.parse(values).map((value) => Number(value ?? '0'));
}
