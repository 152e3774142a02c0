import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { BundleRef, GraphCosts } from '@medley/domain';
import { LuaScript } from './lua-script.ts';
import { redisCall } from './redis-call.ts';
import { redisKeys } from './redis-keys.ts';

const KEEP_SECONDS = 30 * 86_400;
const FLUSH_MILLISECONDS = 1_000;

/** Moves each figure a fifth of the way to what was measured. ARGV: seconds to live, then names and milliseconds in turns. */
const RECORD = new LuaScript(`
for index = 2, #ARGV, 2 do
  local before = redis.call('HGET', KEYS[1], ARGV[index])
  local measured = tonumber(ARGV[index + 1])
  local after = before and tonumber(before) + (measured - tonumber(before)) / 5 or measured
  redis.call('HSET', KEYS[1], ARGV[index], string.format('%.4f', after))
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1`);

const figures = z.record(z.string(), z.coerce.number());

/** What calls of a bundle's graphs cost, as its workers measure them. May throw GenerationError `queue_unavailable`. */
export class CostRecords {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, bundle: BundleRef) {
    this.#redis = redis;
    this.#key = redisKeys.costs(bundle);
  }

  async record(costs: GraphCosts): Promise<void> {
    const fields = Object.entries(costs).flatMap(([name, milliseconds]) => [name, milliseconds]);
    if (fields.length > 0) await redisCall(() => RECORD.run(this.#redis, [this.#key], [KEEP_SECONDS, ...fields]));
  }

  async read(): Promise<GraphCosts> {
    return redisCall(async () => figures.parse(await this.#redis.hgetall(this.#key)));
  }
}

/** Sends what a worker measures, its means once a second at most. What can't be sent is measured again. */
export class CostRecorder {
  readonly #records: CostRecords;
  readonly #report: (error: unknown) => void;
  readonly #sums = new Map<keyof GraphCosts, { milliseconds: number; calls: number }>();
  #sent = -Infinity;

  constructor(records: CostRecords, report: (error: unknown) => void) {
    this.#records = records;
    this.#report = report;
  }

  /** Milliseconds of one row of a graph. */
  add(name: keyof GraphCosts, milliseconds: number): void {
    const sum = this.#sums.get(name) ?? { milliseconds: 0, calls: 0 };
    this.#sums.set(name, { milliseconds: sum.milliseconds + milliseconds, calls: sum.calls + 1 });
    const now = performance.now();
    if (now - this.#sent < FLUSH_MILLISECONDS) return;
    this.#sent = now;
    const means = [...this.#sums].map(([graph, { milliseconds: total, calls }]) => [graph, total / calls] as const);
    this.#sums.clear();
    this.#records.record(Object.fromEntries(means)).catch(this.#report);
  }
}
