import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { BundleRef, GenerationRequest } from '@medley/domain';
import { LOW_PENALTY, PRIORITY_LIMIT } from './fair-share.ts';
import { LuaScript } from './lua-script.ts';
import { redisKeys } from './redis-keys.ts';

/** A turn above the base (fair-share.ts). A score holds as many bits of that as of the order of arrival. */
const PLACE = `
local function place(fair, turn)
  return math.min(math.max(tonumber(turn) - tonumber(redis.call('HGET', fair, 'base') or '0'), 1), ${PRIORITY_LIMIT})
end`;

const JOIN = new LuaScript(`${PLACE}
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local order = redis.call('HINCRBY', KEYS[2], 'order', 1) % 0x100000000
redis.call('ZADD', KEYS[1], place(KEYS[2], ARGV[2]) * 0x100000000 + order, ARGV[1])
return 1`);

/** What waits for longer than its live state holds stays as it is. */
const REBASE = new LuaScript(`${PLACE}
local entries = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for index = 1, #entries, 2 do
  local turn = redis.call('HGET', ARGV[1] .. entries[index], 'turn')
  local order = tonumber(entries[index + 1]) % 0x100000000
  if turn then redis.call('ZADD', KEYS[1], place(KEYS[2], turn) * 0x100000000 + order, entries[index]) end
end
return #entries / 2`);

/**
 * The virtual clock follows the turn of whatever starts (that of class low, but for what it stands back), and never goes back. Where others waited since the last start,
 * the time between the two tells how fast the pool works: sums of it and of the seconds of work, of which the older count less. A
 * time that is ten times the work says that the pool was away, not how fast it is.
 */
const START = new LuaScript(`
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
local state = redis.call('HMGET', ARGV[2] .. ARGV[1], 'turn', 'request', 'work')
local tag = tonumber(state[1] or '1') - 1
if state[2] and cjson.decode(state[2]).priority == 'low' then tag = tag - ${LOW_PENALTY} end
if tag > tonumber(redis.call('HGET', KEYS[2], 'clock') or '0') then redis.call('HSET', KEYS[2], 'clock', tag) end
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local pace = redis.call('HMGET', KEYS[3], 'at', 'waited', 'wall', 'work', 'starts')
local work = tonumber(state[3] or '0')
if pace[1] and pace[2] == '1' and work > 0 then
  local wall = math.min(math.max(now - tonumber(pace[1]), 0), 10 * work)
  redis.call('HSET', KEYS[3], 'wall', 0.9 * tonumber(pace[3] or '0') + wall,
    'work', 0.9 * tonumber(pace[4] or '0') + work, 'starts', 0.9 * tonumber(pace[5] or '0') + 1)
  redis.call('HINCRBYFLOAT', KEYS[3], 'seen', string.format('%.6f', wall))
end
redis.call('HSET', KEYS[3], 'at', string.format('%.6f', now), 'waited', redis.call('ZCARD', KEYS[1]) > 0 and 1 or 0)
redis.call('EXPIRE', KEYS[3], 604800)
return 1`);

/**
 * Position of ARGV[1] ('' is behind all), the seconds of work before it, and the pace: seconds for a second of work, 1 until it is
 * known. Places that were free fill at once: nothing is known of a pool before the time of one work has gone by between its starts.
 */
const WAIT = new LuaScript(`
local rank = ARGV[1] == '' and redis.call('ZCARD', KEYS[1]) or redis.call('ZRANK', KEYS[1], ARGV[1])
if not rank then return false end
local before = 0
if rank > 0 then
  local looked = math.min(rank, 1000)
  for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, looked - 1)) do
    before = before + tonumber(redis.call('HGET', ARGV[2] .. id, 'work') or '0')
  end
  before = before * rank / looked
end
local pace = redis.call('HMGET', KEYS[2], 'wall', 'work', 'starts', 'seen')
local wall, work, starts, seen = tonumber(pace[1] or '0'), tonumber(pace[2] or '0'), tonumber(pace[3] or '0'), tonumber(pace[4] or '0')
local factor = starts > 0 and seen >= work / starts and wall / work or 1
return { rank, string.format('%.3f', before * factor) }`);

const waiting = z.tuple([z.int(), z.coerce.number()]).nullable();

/** The generations of each bundle that wait for diffusion, in the order of their start: turn, then arrival. */
export class WaitingLine {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Once in line, a generation keeps its place. */
  async join(request: GenerationRequest, turn: number): Promise<void> {
    await JOIN.run(this.#redis, [redisKeys.line(request.bundle), redisKeys.fair], [request.id, turn]);
  }

  /** Places all of a line anew after the base has moved, in the same order. Doing it twice changes nothing. */
  async rebase(lineKey: string): Promise<void> {
    await REBASE.run(this.#redis, [lineKey, redisKeys.fair], [redisKeys.live('')]);
  }

  /** Diffusion starts: the generation leaves the line and the virtual clock moves up to it. */
  async start(lineKey: string, generation: string): Promise<void> {
    const keys = [lineKey, redisKeys.fair, lineKey.replace('.line:', '.pace:')];
    await START.run(this.#redis, keys, [generation, redisKeys.live('')]);
  }

  async leave(request: GenerationRequest): Promise<void> {
    await this.#redis.zrem(redisKeys.line(request.bundle), request.id);
  }

  /** How many start before it, and for how many seconds it waits; without a generation for one that would come last. */
  async wait(bundle: BundleRef, generation = ''): Promise<{ position: number; seconds: number } | undefined> {
    const keys = [redisKeys.line(bundle), redisKeys.pace(bundle)];
    const found = waiting.parse(await WAIT.run(this.#redis, keys, [generation, redisKeys.live('')]));
    return found === null ? undefined : { position: found[0], seconds: found[1] };
  }

  /** How many start before it; undefined when it is not in line. */
  async position(request: GenerationRequest): Promise<number | undefined> {
    return (await this.#redis.zrank(redisKeys.line(request.bundle), request.id)) ?? undefined;
  }
}
