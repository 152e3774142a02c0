const HOUR_SECONDS = 3_600;
/** Before the first try, the second and so on (api.md). */
const DELAYS_SECONDS = [0, 5, 300, 1_800, 2, 5, 10, 14, 20, 24].map((delay, index) =>
  index < 4 ? delay : delay * HOUR_SECONDS,
);
/** A delay is off by a fifth at most, so that those who failed together don't come back together. */
const JITTER = 0.2;
const LONGEST_MILLISECONDS = 24 * HOUR_SECONDS * 1000;

/** Milliseconds until the next try when `tries` were made; undefined when none is left. `random` is from [0, 1). */
export function retryDelay(tries: number, random: number): number | undefined {
  const seconds = DELAYS_SECONDS[tries];
  return seconds === undefined ? undefined : Math.round(seconds * 1000 * (1 + JITTER * (2 * random - 1)));
}

/** Milliseconds that a Retry-After header (RFC 9110, section 10.2.3) asks for, a day at most; undefined for anything else. */
export function retryAfterMilliseconds(header: string | undefined, now: number): number | undefined {
  const seconds = /^\d{1,9}$/.test(header ?? '') ? Number(header) : undefined;
  const date = /^[A-Z][a-z]+, /.test(header ?? '') ? Date.parse(header!) : NaN;
  const asked = seconds === undefined ? date - now : seconds * 1000;
  return Number.isNaN(asked) ? undefined : Math.min(Math.max(asked, 0), LONGEST_MILLISECONDS);
}
