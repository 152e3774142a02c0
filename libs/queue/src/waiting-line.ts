import type { Redis } from 'ioredis';
import type { GenerationRequest } from '@medley/domain';
import { LuaScript } from './lua-script.ts';
import { redisKeys } from './redis-keys.ts';

const JOIN = new LuaScript(`
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local order = redis.call('HINCRBY', KEYS[2], 'order', 1) % 0x100000000
redis.call('ZADD', KEYS[1], tonumber(ARGV[2]) * 0x100000000 + order, ARGV[1])
return 1`);

/** The virtual clock follows the priority of whatever starts, and never goes back. */
const START = new LuaScript(`
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
local tag = math.floor(tonumber(score) / 0x100000000) - 1 + tonumber(redis.call('HGET', KEYS[2], 'base') or '0')
if tag > tonumber(redis.call('HGET', KEYS[2], 'clock') or '0') then redis.call('HSET', KEYS[2], 'clock', tag) end
return 1`);

/** The generations of each bundle that wait for diffusion, in the order of their start: priority, then arrival. */
export class WaitingLine {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Once in line, a generation keeps its place. */
  async join(request: GenerationRequest, priority: number): Promise<void> {
    await JOIN.run(this.#redis, [redisKeys.line(request.bundle), redisKeys.fair], [request.id, priority]);
  }

  /** Diffusion starts: the generation leaves the line and the virtual clock moves up to it. */
  async start(lineKey: string, generation: string): Promise<void> {
    await START.run(this.#redis, [lineKey, redisKeys.fair], [generation]);
  }

  async leave(request: GenerationRequest): Promise<void> {
    await this.#redis.zrem(redisKeys.line(request.bundle), request.id);
  }

  /** How many start before it; undefined when it is not in line. */
  async position(request: GenerationRequest): Promise<number | undefined> {
    return (await this.#redis.zrank(redisKeys.line(request.bundle), request.id)) ?? undefined;
  }
}
