import { describe, expect, it } from '@jest/globals';
import { rateLimitFields } from './rate-limit-fields.ts';

const RATE = { requests: 60, seconds: 60 };

describe('rateLimitFields', () => {
  it('tell the policy and what is left of it', () => {
    expect(rateLimitFields(RATE, { allowed: true, remaining: 57, seconds: 2.1 })).toEqual({
      'ratelimit-policy': '"requests";q=60;w=60',
      ratelimit: '"requests";r=57;t=3',
    });
  });

  it('say when to come back after a refusal', () => {
    expect(rateLimitFields(RATE, { allowed: false, remaining: 0, seconds: 0.4 })).toMatchObject({
      ratelimit: '"requests";r=0;t=1',
      'retry-after': '1',
    });
  });
});
