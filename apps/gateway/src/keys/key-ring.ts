import { GenerationError } from '@medley/domain';
import type { ApiKey } from './api-key.ts';
import type { KeyStore } from './key-store.ts';

/** Who sends a request. */
export interface Caller {
  key: ApiKey;
  /** Redis did not answer when the key was looked up. */
  redisAway: boolean;
}

const UNKNOWN_MILLISECONDS = 2_000;
const UNKNOWN_ENTRIES = 10_000;

/** Finds out who sends a request. What is not known is not asked for again for a moment. */
export class KeyRing {
  readonly #store: KeyStore;
  readonly #unknown = new Map<string, number>();

  constructor(store: KeyStore) {
    this.#store = store;
  }

  /** The key of an Authorization header. Throws GenerationError `unauthorized`. */
  async authenticate(authorization: string | undefined): Promise<Caller> {
    const secret = /^Bearer +(mdl_[A-Za-z0-9_-]{1,128}) *$/i.exec(authorization ?? '')?.[1];
    if (secret === undefined) {
      throw new GenerationError(
        'unauthorized',
        'send the header Authorization: Bearer mdl_… with an API key of this service',
      );
    }
    const now = performance.now();
    const known = (this.#unknown.get(secret) ?? 0) <= now;
    const { key, redisAway } = known ? await this.#store.findBySecret(secret) : { key: undefined, redisAway: false };
    if (key === undefined && known) this.#forget(secret, now);
    if (key === undefined || key.revoked_at !== undefined)
      throw new GenerationError('unauthorized', 'this API key is not known here, or was revoked');
    return { key, redisAway };
  }

  #forget(secret: string, now: number): void {
    this.#unknown.delete(secret);
    if (this.#unknown.size >= UNKNOWN_ENTRIES) this.#unknown.delete(this.#unknown.keys().next().value!);
    this.#unknown.set(secret, now + UNKNOWN_MILLISECONDS);
  }
}
