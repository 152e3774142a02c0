import { GenerationError, apiKeyId } from '@medley/domain';
import type { ApiKey } from './api-key.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { KeyGuesses } from './key-guesses.ts';
import type { KeyStore } from './key-store.ts';

/** Who sends a request, and how that is known. */
interface Identified {
  key: ApiKey;
  /** Token of the session that stands for the key. */
  session?: string;
  /** Redis did not answer when the key was looked up. */
  redisAway: boolean;
}

const UNKNOWN_MILLISECONDS = 2_000;
const UNKNOWN_ENTRIES = 10_000;
const FAMILIAR_ENTRIES = 10_000;
const NOBODY = { key: undefined, redisAway: false };

interface Credentials {
  authorization?: string | undefined;
  session?: string | undefined;
  /** Where they come from, as `clientAddress` says. */
  address: string;
}

/**
 * Finds out who sends a request. What is not known is not asked for again for a moment, and an address that sends many
 * such keys is not listened to, but for keys that were good here before.
 */
export class KeyRing {
  readonly #store: KeyStore;
  readonly #sessions: SessionStore;
  readonly #guesses: KeyGuesses;
  readonly #unknown = new Map<string, number>();
  /** Ids of keys that were found. */
  readonly #familiar = new Set<string>();

  constructor(store: KeyStore, sessions: SessionStore, guesses: KeyGuesses) {
    this.#store = store;
    this.#sessions = sessions;
    this.#guesses = guesses;
  }

  /** By an Authorization header, else by the token of a session. Throws GenerationError `unauthorized`, `rate_limited`. */
  async authenticate({ authorization, session, address }: Credentials): Promise<Identified> {
    return authorization === undefined && session !== undefined
      ? this.#bySession(session)
      : this.#byHeader(authorization, address);
  }

  /** Whether a key that was found holds on, and the session that stood for it. Throws GenerationError `queue_unavailable` or that of storage. */
  async holds(id: string, session: string | undefined): Promise<boolean> {
    if (session !== undefined && (await this.#sessions.find(session)) !== id) return false;
    const { key } = await this.#store.findById(id);
    return key !== undefined && key.revoked_at === undefined;
  }

  async #bySession(token: string): Promise<Identified> {
    const id = await this.#sessions.find(token);
    const { key, redisAway } = id === undefined ? NOBODY : await this.#store.findById(id);
    if (key === undefined || key.revoked_at !== undefined)
      throw new GenerationError('unauthorized', 'the session has ended; begin another one with POST /v1/session');
    return { key, session: token, redisAway };
  }

  async #byHeader(authorization: string | undefined, address: string): Promise<Identified> {
    const secret = /^Bearer +(mdl_[A-Za-z0-9_-]{1,128}) *$/i.exec(authorization ?? '')?.[1];
    if (secret === undefined) {
      throw new GenerationError(
        'unauthorized',
        'send the header Authorization: Bearer mdl_… with an API key of this service',
      );
    }
    const now = performance.now();
    const known = (this.#unknown.get(secret) ?? 0) <= now;
    const { key, redisAway } = known ? await this.#lookUp(secret, address) : NOBODY;
    if (key === undefined || key.revoked_at !== undefined)
      throw new GenerationError('unauthorized', 'this API key is not known here, or was revoked');
    return { key, redisAway };
  }

  async #lookUp(secret: string, address: string) {
    const id = apiKeyId(secret);
    if (!this.#familiar.has(id)) this.#guesses.check(address);
    const found = await this.#store.findBySecret(secret);
    if (found.key === undefined) {
      this.#forget(secret, performance.now());
      await this.#guesses.count(address);
    } else {
      if (this.#familiar.size >= FAMILIAR_ENTRIES) this.#familiar.delete(this.#familiar.keys().next().value!);
      this.#familiar.add(id);
    }
    return found;
  }

  #forget(secret: string, now: number): void {
    this.#unknown.delete(secret);
    if (this.#unknown.size >= UNKNOWN_ENTRIES) this.#unknown.delete(this.#unknown.keys().next().value!);
    this.#unknown.set(secret, now + UNKNOWN_MILLISECONDS);
  }
}
