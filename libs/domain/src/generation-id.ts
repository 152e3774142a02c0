import { createHash, createHmac, randomBytes } from 'node:crypto';

/** Characters of ids behind their prefix. */
export const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 26 characters of Crockford base 32 from the first 130 bits. */
function base32(bytes: Uint8Array): string {
  let bits = BigInt(`0x${Buffer.from(bytes.subarray(0, 17)).toString('hex')}`) >> 6n;
  let text = '';
  for (let index = 0; index < 26; index += 1) {
    text = ALPHABET[Number(bits & 31n)]! + text;
    bits >>= 5n;
  }
  return text;
}

/** A random id, `gen_…`; with an Idempotency-Key the id is its HMAC under the API key's id, so that the same key names the same generation. */
export function generationId(idempotency?: { secret: string; owner: string; key: string }): string {
  if (idempotency === undefined) return `gen_${base32(randomBytes(17))}`;
  const { secret, owner, key } = idempotency;
  return `gen_${base32(createHmac('sha256', secret).update(`${owner}\0${key}`).digest())}`;
}

/** The id of an asset: equal bytes of one owner share it, and another owner can't guess it. */
export function assetId(secret: string, owner: string, sha256: string): string {
  return `ast_${base32(createHmac('sha256', secret).update(`asset\0${owner}\0${sha256}`).digest())}`;
}

/** The id of an API key as results and queues name it: `key_…`, a hash of the secret key. */
export function apiKeyId(key: string): string {
  return `key_${base32(createHash('sha256').update(key).digest())}`;
}

/** The first 32 hex digits of the sha256 of the secret key with that id: how its record is found by its id. */
export function apiKeyHashPrefix(id: string): string {
  const digits = id.slice('key_'.length);
  const bits = [...digits].reduce((sum, digit) => (sum << 5n) | BigInt(ALPHABET.indexOf(digit)), 0n);
  return (bits >> 2n).toString(16).padStart(32, '0');
}

/** A new secret API key: `mdl_…`. */
export function newApiKey(): string {
  return `mdl_${randomBytes(24).toString('base64url')}`;
}
