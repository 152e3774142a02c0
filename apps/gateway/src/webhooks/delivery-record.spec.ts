import { describe, expect, it } from '@jest/globals';
import type { GenerationResult } from '@medley/domain';
import { newDelivery } from './delivery-record.ts';

describe('a delivery', () => {
  it('made again after a crash has the time, and so the place in the list, that it had', () => {
    const id = 'gen_01jb0000000000000000000000';
    const committed = '2026-01-02T03:04:05.678Z';
    const request = { owner: 'key_1' } as GenerationResult['request'];
    const result = { id, epoch: 1, status: 'failed', committed_at: committed, request } as GenerationResult;
    const record = newDelivery(result, 0, { endpoint: 'whe_1', events: ['generation.failed'] });
    expect(record.created_at).toBe(committed);
    expect(Date.parse(record.next_attempt_at)).toBeGreaterThan(Date.parse(committed));
  });
});
