import { GenerationError } from '@medley/domain';

export const LONGEST_WAIT_SECONDS = 25;

/** Seconds of `Prefer: wait=N` (RFC 7240), at most 25; `wait` alone is 25. */
export function waitSeconds(prefer: string | undefined): number {
  const match = /(?:^|[,;\s])wait(?:\s*=\s*"?(\d{1,6})"?)?(?:$|[,;\s])/i.exec(prefer ?? '');
  if (match === null) return 0;
  return Math.min(LONGEST_WAIT_SECONDS, match[1] === undefined ? LONGEST_WAIT_SECONDS : Number(match[1]));
}

/** Throws GenerationError `invalid_request` for a key of another form. */
export function parseIdempotencyKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new GenerationError(
    'invalid_request',
    `the header Idempotency-Key has ${key.length} characters; 1 to 255 visible ASCII characters without spaces are allowed`,
  );
}
