import type { Redis } from 'ioredis';
import {
  ENDED_STATUSES,
  STATUSES,
  type GenerationRequest,
  type LiveState,
  type LiveStatePatch,
  type LiveStore,
  type PoolSeconds,
  type Status,
} from '@medley/domain';
import type { FairPriority } from './fair-priority.ts';
import { decodeCursor, encodeCursor } from './list-cursor.ts';
import { freshFields, parseFields, patchFields } from './live-state-hash.ts';
import { LuaScript } from './lua-script.ts';
import { POOL_FUNCTIONS, REMOVE_STATE, poolFields } from './pool-scripts.ts';
import { redisCall } from './redis-call.ts';
import { channels, redisKeys } from './redis-keys.ts';

/** Generations that a key's lists remember in Redis. */
const LIST_LENGTH = 10_000;
const CANCEL_SECONDS = 86_400;
const NO_WORK: PoolSeconds = { encode: 0, diffuse: 0, decode: 0 };

/** The first write is one that Redis refuses when it is full: after another, it would let the rest of the script through. */
const CREATE = new LuaScript(`${POOL_FUNCTIONS}
local epoch = tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0')
if epoch >= tonumber(ARGV[1]) then return 0 end
local status = redis.call('HGET', KEYS[1], 'status')
if status == 'succeeded' or status == 'failed' or status == 'canceled' or status == 'deleted' then return 0 end
local time = redis.call('TIME')
local begun = redis.call('HGET', KEYS[1], 'begun') or now()
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[3])
leavePool(KEYS[1], ARGV[3])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'begun', begun, unpack(ARGV, 8))
enterPool(KEYS[1], ARGV[3])
if epoch == 0 then acceptWork(KEYS[4], redis.call('HGET', KEYS[1], 'pool'), { encode = ARGV[5], diffuse = ARGV[6], decode = ARGV[7] }) end
redis.call('ZADD', KEYS[3], time[1], ARGV[3])
for index = 2, 3 do redis.call('ZREMRANGEBYRANK', KEYS[index], 0, -1 - tonumber(ARGV[4])) end
return 1`);

/**
 * A status goes forward only; a moment named …_started keeps its first value. An end is taken from any epoch: whoever won
 * the commit may not know of the latest. After it nothing else is.
 */
const UPDATE = new LuaScript(`${POOL_FUNCTIONS}
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return 0 end
local rank = {}
for name, value in string.gmatch(ARGV[3], '(%w+)=(%d+)') do rank[name] = tonumber(value) end
local asked = rank[ARGV[2]] or -1
if asked < rank.succeeded and (rank[status] >= rank.succeeded or redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1]) then
  return 0
end
if asked > rank[status] then redis.call('HSET', KEYS[1], 'status', ARGV[2]) end
for index = 5, #ARGV, 2 do
  local command = string.match(ARGV[index], '^timings%..*_started$') and 'HSETNX' or 'HSET'
  redis.call(command, KEYS[1], ARGV[index], ARGV[index + 1])
  note(KEYS[1], ARGV[4], ARGV[index], ARGV[index + 1])
end
if asked >= rank.succeeded then leavePool(KEYS[1], ARGV[4]) end
return 1`);

/** Puts entries into a list that lacks them, as far as it remembers so many. Answers how many were lacking, were there, and were pushed out. */
const RESTORE = new LuaScript(`
local limit, writes = tonumber(ARGV[1]), ARGV[2] == '1'
local added, there = 0, 0
for index = 3, #ARGV, 2 do
  local created, generation = tonumber(ARGV[index]), ARGV[index + 1]
  if redis.call('ZSCORE', KEYS[1], generation) then
    there = there + 1
  else
    local full = redis.call('ZCARD', KEYS[1]) >= limit
    local oldest = full and redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
    if not full or created > tonumber(oldest[2]) or (created == tonumber(oldest[2]) and generation > oldest[1]) then
      added = added + 1
      if writes then redis.call('ZADD', KEYS[1], created, generation) end
    end
  end
end
local pushed = writes and redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - limit) or 0
return { added, there, pushed }`);

/** One terminal state never replaces another; only deletion comes after it. */
const RANKS = STATUSES.map((status, index) => `${status}=${rankOf(status, index)}`).join(',');

function rankOf(status: Status, index: number): number {
  if (status === 'deleted') return STATUSES.length;
  return ENDED_STATUSES.has(status) ? STATUSES.indexOf('succeeded') : index;
}

/** A generation as a key's list has it. */
export interface ListEntry {
  generation: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** LiveStore in Redis: a hash per generation, a sorted set per API key. Every method may throw GenerationError `queue_unavailable`. */
export class RedisLiveStore implements LiveStore {
  readonly #redis: Redis;
  readonly #fair: FairPriority;

  constructor(redis: Redis, fair: FairPriority) {
    this.#redis = redis;
    this.#fair = fair;
  }

  /** Does nothing when the state of this epoch, or of a later one, exists, or the generation has ended. */
  async create(...[request, epoch, start = {}]: Parameters<LiveStore['create']>): Promise<void> {
    const { accepted: { encode, diffuse, decode } = NO_WORK, ...patch } = start;
    const head = [epoch, Date.parse(request.created_at), request.id, LIST_LENGTH, encode, diffuse, decode];
    await redisCall(() =>
      CREATE.run(
        this.#redis,
        [redisKeys.live(request.id), ...listsOf(request), redisKeys.accepted],
        [...head, ...freshFields(request, epoch), ...patchFields(patch), ...poolFields(request)],
      ),
    );
  }

  async read(generation: string): Promise<LiveState | undefined> {
    const [hash, [seconds, microseconds]] = await redisCall(() =>
      Promise.all([this.#redis.hgetall(redisKeys.live(generation)), this.#redis.time()]),
    );
    return parseFields(hash, Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000));
  }

  async update(generation: string, epoch: number, patch: LiveStatePatch): Promise<boolean> {
    const values = [String(epoch), patch.status ?? '', RANKS, generation, ...patchFields(patch)];
    return redisCall(async () => (await UPDATE.run(this.#redis, [redisKeys.live(generation)], values)) === 1);
  }

  async expire(generation: string, seconds: number): Promise<void> {
    await redisCall(() => this.#redis.expire(redisKeys.live(generation), seconds));
  }

  async remove(generation: string): Promise<void> {
    const state = await this.read(generation);
    await redisCall(() =>
      Promise.all([
        REMOVE_STATE.run(this.#redis, [redisKeys.live(generation)], [generation]),
        ...(state === undefined ? [] : listsOf(state.request).map((list) => this.#redis.zrem(list, generation))),
      ]),
    );
  }

  async requestCancel(generation: string): Promise<void> {
    await redisCall(async () => {
      await this.#redis.set(redisKeys.cancel(generation), '1', 'EX', CANCEL_SECONDS);
      await this.#redis.publish(channels.cancel, generation);
    });
  }

  async isCanceled(generation: string): Promise<boolean> {
    return redisCall(async () => (await this.#redis.exists(redisKeys.cancel(generation))) === 1);
  }

  async list(
    owner: string,
    { cursor, limit }: { cursor?: string; limit: number },
  ): Promise<{ generations: string[]; cursor?: string }> {
    const key = redisKeys.owner(owner);
    const start = cursor === undefined ? 0 : await this.#after(key, cursor);
    const entries = await redisCall(() => this.#redis.zrevrange(key, start, start + limit, 'WITHSCORES'));
    const generations = entries.filter((_, index) => index % 2 === 0).slice(0, limit);
    if (entries.length / 2 <= limit) return { generations };
    const [generation, score] = entries.slice(2 * limit - 2) as [string, string];
    return { generations, cursor: encodeCursor({ createdAt: Number(score), generation }) };
  }

  /**
   * Adds what the list of an API key lacks, in its place; what is there stays as it is. `older`: entries that come before
   * all of a full list, and were left out; `pushedOut`: those that gave way to younger ones. Without `write` nothing is
   * added, and `added` says what would be.
   */
  async restoreList(
    owner: string,
    entries: readonly ListEntry[],
    { write }: { write: boolean },
  ): Promise<{ added: number; there: number; older: number; pushedOut: number }> {
    const places = entries.flatMap(({ createdAt, generation }) => [createdAt, generation]);
    const answer = await redisCall(() =>
      RESTORE.run(this.#redis, [redisKeys.owner(owner)], [LIST_LENGTH, write ? 1 : 0, ...places]),
    );
    const [added, there, pushedOut] = answer as [number, number, number];
    return { added, there, older: entries.length - added - there, pushedOut };
  }

  async nextTurn(owner: string, cost: number, priority: GenerationRequest['priority']): Promise<number> {
    return redisCall(() => this.#fair.next(owner, cost, priority));
  }

  /** The rank behind the cursor's generation, or behind all that are younger than it when it is gone. */
  async #after(key: string, cursor: string): Promise<number> {
    const { createdAt, generation } = decodeCursor(cursor);
    return redisCall(async () => {
      const rank = await this.#redis.zrevrank(key, generation);
      return rank === null ? this.#redis.zcount(key, `(${createdAt}`, '+inf') : rank + 1;
    });
  }
}

function listsOf({ owner }: GenerationRequest): string[] {
  return [redisKeys.owner(owner), redisKeys.open(owner)];
}
