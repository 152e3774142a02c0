import { createHmac, timingSafeEqual } from 'node:crypto';

/** `<generation><nonce><signature>`: what the signature does not fit is refused before anything is looked up. */
const FORM = /^([0-9a-z]{26})([A-Za-z0-9_-]{16})([A-Za-z0-9_-]{32})$/;

export interface ShareName {
  generation: string;
  /** Of the share that the link belongs to; another one has another. */
  nonce: string;
}

export function shareToken(secret: string, { generation, nonce }: ShareName): string {
  return `${generation.slice('gen_'.length)}${nonce}${sign(secret, generation, nonce)}`;
}

/** Undefined for a token that is not ours. */
export function readShareToken(secret: string, token: string): ShareName | undefined {
  const [, id, nonce, signature] = FORM.exec(token) ?? [];
  if (id === undefined || nonce === undefined || signature === undefined) return undefined;
  const generation = `gen_${id}`;
  const expected = Buffer.from(sign(secret, generation, nonce));
  return timingSafeEqual(expected, Buffer.from(signature)) ? { generation, nonce } : undefined;
}

function sign(secret: string, generation: string, nonce: string): string {
  const digest = createHmac('sha256', secret).update(`share\0${generation}\0${nonce}`).digest();
  return digest.subarray(0, 24).toString('base64url');
}
