import { createHmac, timingSafeEqual } from 'node:crypto';

/** The query of a signed link. */
export interface LinkQuery {
  expires?: string;
  signature?: string;
}

/** Signs a path until `expires`, in seconds since the epoch. */
export function signLink(secret: string, path: string, expires: number): string {
  return createHmac('sha256', secret).update(`link\0${path}\0${expires}`).digest('base64url');
}

/** Whether a signed link is ours and still valid. `now` in milliseconds. */
export function checkLink(secret: string, path: string, { expires, signature }: LinkQuery, now: number): boolean {
  if (typeof signature !== 'string' || !/^\d{1,15}$/.test(String(expires))) return false;
  if (Number(expires) * 1000 < now) return false;
  const expected = Buffer.from(signLink(secret, path, Number(expires)));
  const given = Buffer.from(signature);
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}
