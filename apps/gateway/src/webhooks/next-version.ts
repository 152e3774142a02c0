import type { DeliveryRecord } from './delivery-record.ts';
import { retryDelay } from './retry-delay.ts';
import type { SentWebhook } from './webhook-sender.ts';

const KEPT_ATTEMPTS = 20;

/**
 * A pending delivery after one more try: delivered, due again later, or dead when no try is left or none can help. A
 * receiver's own wish is met where it is later than our delay. `random` is from [0, 1).
 */
export function nextVersion(record: DeliveryRecord, sent: SentWebhook, random: number): DeliveryRecord {
  const { attempt, retryAfterMilliseconds: asked = 0 } = sent;
  const tries = record.tries + 1;
  const tried = { ...record, tries, attempts: [...record.attempts, attempt].slice(-KEPT_ATTEMPTS) };
  if (attempt.outcome === 'delivered') return { ...tried, status: 'delivered' };
  const hopeless = attempt.outcome === 'gone' || attempt.outcome === 'refused';
  const delay = hopeless ? undefined : retryDelay(tries, random);
  if (delay === undefined) return { ...tried, status: 'dead' };
  const ended = Date.parse(attempt.at) + attempt.milliseconds;
  return { ...tried, next_attempt_at: new Date(ended + Math.max(delay, asked)).toISOString() };
}
