import { GenerationError, newApiKey } from '@medley/domain';
import { GUEST_SECONDS, type ApiKey, type KeyLimits } from '../keys/api-key.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { SessionStore } from './session-store.ts';

const SESSION_SECONDS = 7 * 86_400;

/** They hold for all guests of one address together: a guest who leaves his cookie behind gains nothing. */
export const GUEST_LIMITS: KeyLimits = {
  requests_per_minute: 240,
  generations_in_flight: 2,
  asset_bytes: 64 * 1024 * 1024,
};

export interface BegunSession {
  key: ApiKey;
  token: string;
  seconds: number;
}

/** Begins sessions: for a key, or for a visitor without one where the deployment is public. */
export class Sessions {
  readonly #ring: KeyRing;
  readonly #keys: KeyStore;
  readonly #store: SessionStore;
  readonly #guests: boolean;

  constructor(ring: KeyRing, keys: KeyStore, store: SessionStore, guests: boolean) {
    this.#ring = ring;
    this.#keys = keys;
    this.#store = store;
    this.#guests = guests;
  }

  /** `address`: as `clientAddress` says. Throws GenerationError `unauthorized`, `rate_limited`. */
  async begin(authorization: string, address: string): Promise<BegunSession> {
    const { key } = await this.#ring.authenticate({ authorization, address });
    return { key, token: await this.#store.begin(key.id, SESSION_SECONDS), seconds: SESSION_SECONDS };
  }

  /** A key that nobody is told, which is gone with its session. `address`: as `clientAddress` says. Throws GenerationError `unauthorized`. */
  async beginGuest(address: string): Promise<BegunSession> {
    if (!this.#guests)
      throw new GenerationError('unauthorized', 'send { "key": "mdl_…" } with an API key of this service');
    const rest = { address, limits: GUEST_LIMITS, seconds: GUEST_SECONDS };
    const key = await this.#keys.createGuest(newApiKey(), rest);
    return { key, token: await this.#store.begin(key.id, GUEST_SECONDS), seconds: GUEST_SECONDS };
  }

  /** The session that the token stands for already, for as long as it has left. */
  async standing(token: string | undefined): Promise<BegunSession | undefined> {
    const id = token === undefined ? undefined : await this.#store.find(token);
    const { key } = id === undefined ? { key: undefined } : await this.#keys.findById(id);
    if (token === undefined || key === undefined || key.revoked_at !== undefined) return undefined;
    return { key, token, seconds: await this.#store.secondsLeft(token) };
  }

  async end(token: string): Promise<void> {
    await this.#store.end(token);
  }
}
