import { describe, expect, it } from '@jest/globals';
import { parseRedisFigures } from './redis-figures.ts';

const INFO = `# Memory\r
used_memory:1048576\r
used_memory_human:1.00M\r
maxmemory:0\r
total_system_memory:8388608\r
# Persistence\r
aof_enabled:1\r
aof_last_bgrewrite_status:ok\r
aof_last_write_status:ok\r
aof_current_size:512\r
# Clients\r
connected_clients:9\r
# Stats\r
total_commands_processed:77\r
`;

describe('parseRedisFigures', () => {
  it('takes the memory of the machine where there is no limit', () => {
    expect(parseRedisFigures(INFO)).toEqual({
      memoryUsedBytes: 1_048_576,
      memoryLimitBytes: 8_388_608,
      appendOnly: true,
      appendOnlyHealthy: true,
      appendOnlyBytes: 512,
      clients: 9,
      commands: 77,
    });
    expect(parseRedisFigures(INFO.replace('maxmemory:0', 'maxmemory:4096')).memoryLimitBytes).toBe(4_096);
  });

  it('tells when a write or a rewrite of the append-only file went wrong, or there is none', () => {
    expect(parseRedisFigures(INFO.replace('write_status:ok', 'write_status:err')).appendOnlyHealthy).toBe(false);
    expect(parseRedisFigures(INFO.replace('rewrite_status:ok', 'rewrite_status:err')).appendOnlyHealthy).toBe(false);
    expect(parseRedisFigures(INFO.replace('aof_enabled:1', 'aof_enabled:0')).appendOnly).toBe(false);
  });
});
