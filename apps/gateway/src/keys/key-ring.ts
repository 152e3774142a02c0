import { GenerationError } from '@medley/domain';
import type { ApiKey } from './api-key.ts';
import type { SessionStore } from '../sessions/session-store.ts';
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
const NOBODY = { key: undefined, redisAway: false };

/** Finds out who sends a request. What is not known is not asked for again for a moment. */
export class KeyRing {
  readonly #store: KeyStore;
  readonly #sessions: SessionStore;
  readonly #unknown = new Map<string, number>();

  constructor(store: KeyStore, sessions: SessionStore) {
    this.#store = store;
    this.#sessions = sessions;
  }

  /** By an Authorization header, else by the token of a session. Throws GenerationError `unauthorized`. */
  async authenticate({ authorization, session }: { authorization?: string | undefined; session?: string | undefined }) {
    return authorization === undefined && session !== undefined
      ? this.#bySession(session)
      : this.#byHeader(authorization);
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

  async #byHeader(authorization: string | undefined): Promise<Identified> {
    const secret = /^Bearer +(mdl_[A-Za-z0-9_-]{1,128}) *$/i.exec(authorization ?? '')?.[1];
    if (secret === undefined) {
      throw new GenerationError(
        'unauthorized',
        'send the header Authorization: Bearer mdl_… with an API key of this service',
      );
    }
    const now = performance.now();
    const known = (this.#unknown.get(secret) ?? 0) <= now;
    const { key, redisAway } = known ? await this.#store.findBySecret(secret) : NOBODY;
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
