import { describe, expect, it } from '@jest/globals';
import {
  endRoles,
  notifyTask,
  progressRoles,
  webhookSubmission,
  type WebhookSubscription,
} from './webhook-subscription.ts';

const list: WebhookSubscription[] = [
  { url: 'https://example.com', events: ['generation.succeeded', 'generation.progress'] },
  { endpoint: 'whe_a', events: ['generation.succeeded', 'generation.failed'] },
  { endpoint: 'whe_b', events: ['generation.progress'] },
];
const request = { webhooks: { base: 'https://medley.example', list } };

describe('the roles of notify jobs', () => {
  it('tell each end to those who want it', () => {
    expect(endRoles(request, 'succeeded')).toEqual([0, 1]);
    expect(endRoles(request, 'failed')).toEqual([1]);
    expect(endRoles(request, 'canceled')).toEqual([]);
    expect(endRoles({}, 'succeeded')).toEqual([]);
  });

  it('tell of progress apart from the ends', () => {
    expect(progressRoles(request)).toEqual([3, 5]);
    expect(progressRoles({})).toEqual([]);
  });

  it('lead back to their subscription', () => {
    expect(notifyTask(request, 1)).toEqual({ tells: 'end', subscription: list[1] });
    expect(notifyTask(request, 5)).toEqual({ tells: 'progress', subscription: list[2] });
    expect(notifyTask(request, 6)).toBeUndefined();
    expect(notifyTask({}, 0)).toBeUndefined();
  });
});

describe('webhookSubmission', () => {
  it('tells every end by default', () => {
    const ends = ['generation.succeeded', 'generation.failed', 'generation.canceled'];
    expect(webhookSubmission.parse({ url: 'https://example.com' }).events).toEqual(ends);
  });

  it.each([
    { url: 'ftp://example.com' },
    { url: 'https://example.com', events: [] },
    { url: 'https://example.com', events: ['generation.succeeded', 'generation.succeeded'] },
    { url: 'https://example.com', events: ['generation.odd'] },
    { url: 'https://example.com', secret: 'whsec_' },
  ])('refuses %j', (body) => {
    expect(webhookSubmission.safeParse(body).success).toBe(false);
  });
});
