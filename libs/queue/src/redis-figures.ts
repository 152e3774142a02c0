import type { Redis } from 'ioredis';
import { redisCall } from './redis-call.ts';

/** What Redis says of itself. */
export interface RedisFigures {
  memoryUsedBytes: number;
  /** What it may use: its `maxmemory`, or the memory of its machine where it has none. */
  memoryLimitBytes: number;
  /** Whether it writes an append-only file. */
  appendOnly: boolean;
  /** Whether its last write and its last rewrite of that file went well. */
  appendOnlyHealthy: boolean;
  appendOnlyBytes: number;
  clients: number;
  /** Since it was started. */
  commands: number;
}

/** May throw GenerationError `queue_unavailable`. */
export async function readRedisFigures(redis: Redis): Promise<RedisFigures> {
  return parseRedisFigures(await redisCall(() => redis.info()));
}

/** The answer of INFO: lines of `name:value`. What a server does not say counts as 0. */
export function parseRedisFigures(answer: string): RedisFigures {
  const lines = answer.split(/\r?\n/).filter((line) => line.includes(':'));
  const fields = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
  const number = (name: string) => Number(fields.get(name) ?? 0);
  const fine = (name: string) => (fields.get(name) ?? 'ok') === 'ok';
  return {
    memoryUsedBytes: number('used_memory'),
    memoryLimitBytes: number('maxmemory') || number('total_system_memory'),
    appendOnly: number('aof_enabled') === 1,
    appendOnlyHealthy: fine('aof_last_write_status') && fine('aof_last_bgrewrite_status'),
    appendOnlyBytes: number('aof_current_size'),
    clients: number('connected_clients'),
    commands: number('total_commands_processed'),
  };
}
