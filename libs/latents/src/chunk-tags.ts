import { createCipheriv, hkdfSync, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/**
 * Tags of the chunks of one tensor: only who knows the deployment's secret can make them, and each holds for one digest, offset
 * and length only. AES-256-GMAC, that is GCM over nothing but additional data (NIST SP 800-38D); a nonce comes with the
 * same bytes only, because the key belongs to their digest.
 */
export class ChunkTags {
  readonly #derive: () => ArrayBuffer;
  #key: Uint8Array | undefined;

  /** `digest`: sha256 of the whole tensor. */
  constructor(secret: string, deployment: string, digest: Uint8Array) {
    this.#derive = () => hkdfSync('sha256', secret, digest, `medley latents chunk\0${deployment}`, KEY_BYTES);
  }

  tag(offset: number, data: Uint8Array): Uint8Array {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeBigUInt64BE(BigInt(offset));
    nonce.writeUInt32BE(data.byteLength, 8);
    const key = (this.#key ??= new Uint8Array(this.#derive()));
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(data);
    cipher.final();
    return cipher.getAuthTag();
  }

  isTag(given: Uint8Array, offset: number, data: Uint8Array): boolean {
    const expected = this.tag(offset, data);
    return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
  }
}
