import type { RateAnswer } from '@medley/queue';

const POLICY = '"requests"';

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers-10, structured by RFC 9651: the policy, and what is left of it. After a
 * refusal `Retry-After` names the same moment as `t`.
 */
export function rateLimitFields(
  { requests, seconds }: { requests: number; seconds: number },
  taken: RateAnswer,
): Record<string, string> {
  const wait = Math.ceil(taken.seconds);
  return {
    'ratelimit-policy': `${POLICY};q=${requests};w=${seconds}`,
    ratelimit: `${POLICY};r=${taken.remaining};t=${wait}`,
    ...(taken.allowed ? {} : { 'retry-after': String(wait) }),
  };
}
