import { createDecipheriv, hkdfSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ChunkTags } from './chunk-tags.ts';

const digest = Buffer.alloc(32, 1);
const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);
const tags = new ChunkTags('secret', 'deployment', digest);

describe('ChunkTags', () => {
  it('are what the contract says: AES-256-GMAC under a key of secret, deployment and digest', () => {
    const key = new Uint8Array(hkdfSync('sha256', 'secret', digest, 'medley latents chunk\0deployment', 32));
    const nonce = Buffer.from('0000000000080000000003e8', 'hex');
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(bytes);
    decipher.setAuthTag(tags.tag(0x80000, bytes));
    expect(() => decipher.final()).not.toThrow();
  });

  it('hold for the bytes, the offset, the length, the digest, the deployment and the secret', () => {
    const tag = tags.tag(5, bytes);
    const changed = Uint8Array.from(bytes);
    changed[999]! ^= 1;
    expect(tags.isTag(tag, 5, bytes)).toBe(true);
    expect(tags.isTag(tag, 6, bytes)).toBe(false);
    expect(tags.isTag(tag, 5, changed)).toBe(false);
    expect(tags.isTag(tag, 5, bytes.subarray(0, 999))).toBe(false);
    expect(tags.isTag(tag.subarray(0, 4), 5, bytes)).toBe(false);
    for (const other of [
      new ChunkTags('other', 'deployment', digest),
      new ChunkTags('secret', 'other', digest),
      new ChunkTags('secret', 'deployment', Buffer.alloc(32, 2)),
    ])
      expect(other.isTag(tag, 5, bytes)).toBe(false);
  });
});
