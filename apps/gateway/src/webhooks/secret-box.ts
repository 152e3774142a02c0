import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals short secrets that have to be read again: AES-256-GCM under a key that HKDF-SHA256 derives from MEDLEY_SECRET. What
 * is sealed about one thing can't be opened as another's.
 */
export class SecretBox {
  readonly #key: Uint8Array;

  constructor(deploymentSecret: string) {
    this.#key = new Uint8Array(hkdfSync('sha256', deploymentSecret, '', 'medley webhook secrets', 32));
  }

  seal(secret: string, about: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(about));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Undefined when it was sealed under another MEDLEY_SECRET, about something else, or not at all. */
  open(sealed: string, about: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.byteLength < NONCE_BYTES + TAG_BYTES) return undefined;
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(about))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const opened = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8');
    try {
      return opened + decipher.final('utf8');
    } catch {
      return undefined;
    }
  }
}
