import { describe, expect, it } from '@jest/globals';
import type { DeliveryAttempt, DeliveryRecord } from './delivery-record.ts';
import { nextVersion } from './next-version.ts';

const at = '2026-11-24T10:00:00.000Z';
const record: DeliveryRecord = {
  v: 1,
  id: 'whd_a_0',
  webhook_id: 'msg_a',
  owner: 'key_a',
  generation: 'gen_a',
  epoch: 1,
  role: 0,
  event: 'generation.succeeded',
  url: 'https://example.com',
  status: 'pending',
  tries: 0,
  attempts: [],
  next_attempt_at: at,
  created_at: at,
};
const attempt = (outcome: DeliveryAttempt['outcome']): DeliveryAttempt => ({ at, outcome, milliseconds: 100 });

describe('nextVersion', () => {
  it('is delivered by a 2xx', () => {
    const next = nextVersion(record, { attempt: attempt('delivered') }, 0.5);
    expect(next).toEqual({ ...record, status: 'delivered', tries: 1, attempts: [attempt('delivered')] });
  });

  it.each(['redirected', 'limited', 'failed', 'timeout', 'unreachable'] as const)(
    'is due again after %s',
    (outcome) => {
      const next = nextVersion(record, { attempt: attempt(outcome) }, 0.5);
      expect(next).toMatchObject({ status: 'pending', tries: 1, next_attempt_at: '2026-11-24T10:00:05.100Z' });
    },
  );

  it.each(['gone', 'refused'] as const)('is dead at once after %s', (outcome) => {
    expect(nextVersion(record, { attempt: attempt(outcome) }, 0.5)).toMatchObject({ status: 'dead', tries: 1 });
  });

  it('waits as long as the receiver asks, and never less than it would', () => {
    const later = { attempt: attempt('limited'), retryAfterMilliseconds: 60_000 };
    expect(nextVersion(record, later, 0.5).next_attempt_at).toBe('2026-11-24T10:01:00.100Z');
    const sooner = { attempt: attempt('limited'), retryAfterMilliseconds: 1_000 };
    expect(nextVersion(record, sooner, 0.5).next_attempt_at).toBe('2026-11-24T10:00:05.100Z');
  });

  it('is dead after ten tries, and keeps the latest twenty', () => {
    let next = record;
    for (let tries = 1; tries <= 10; tries += 1) {
      next = nextVersion(next, { attempt: attempt('failed') }, 0.5);
      expect(next.status).toBe(tries === 10 ? 'dead' : 'pending');
    }
    const again = { ...next, status: 'pending' as const, tries: 0, attempts: [...next.attempts, ...next.attempts] };
    expect(nextVersion(again, { attempt: attempt('timeout') }, 0.5).attempts).toHaveLength(20);
  });
});
