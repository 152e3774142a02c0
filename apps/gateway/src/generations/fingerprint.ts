import { createHash, type Hash } from 'node:crypto';

/** sha256 (hex) of a parsed JSON body, whatever the order of its keys. */
export function fingerprint(body: unknown): string {
  const hash = createHash('sha256');
  feed(hash, body);
  return hash.digest('hex');
}

function feed(hash: Hash, value: unknown): void {
  if (Array.isArray(value)) {
    hash.update('[');
    for (const item of value) feed(hash, item);
    hash.update(']');
  } else if (typeof value === 'object' && value !== null) {
    hash.update('{');
    for (const key of Object.keys(value).sort()) {
      hash.update(JSON.stringify(key));
      feed(hash, (value as Record<string, unknown>)[key]);
    }
    hash.update('}');
  } else {
    hash.update(JSON.stringify(value)).update(',');
  }
}
