import { createHash } from 'node:crypto';
import { z } from 'zod';
import { GenerationError, apiKeyId, objectKeys, type AssetStore } from '@medley/domain';

const SCOPES = ['generate', 'admin'] as const;

const storedKey = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  created_at: z.string(),
  revoked_at: z.string().optional(),
});
export type ApiKey = z.infer<typeof storedKey>;

const KNOWN_MILLISECONDS = 30_000;
const UNKNOWN_MILLISECONDS = 2_000;
const CACHE_ENTRIES = 10_000;

/** API keys, stored hashed in S3 (`keys/<sha256>.json`) and remembered here for half a minute. */
export class KeyRing {
  readonly #store: AssetStore;
  readonly #cache = new Map<string, { key: ApiKey | undefined; until: number }>();

  constructor(store: AssetStore) {
    this.#store = store;
  }

  /** Stores a key with every scope unless it is there already. */
  async ensure(secret: string, name: string): Promise<void> {
    const key: ApiKey = { id: apiKeyId(secret), name, scopes: [...SCOPES], created_at: new Date().toISOString() };
    await this.#store.put(objectKeys.apiKey(hashOf(secret)), Buffer.from(JSON.stringify(key)), {
      contentType: 'application/json',
      ifNoneMatch: '*',
    });
  }

  /** The key of an Authorization header. Throws GenerationError `unauthorized`. */
  async authenticate(authorization: string | undefined): Promise<ApiKey> {
    const secret = /^Bearer (mdl_[A-Za-z0-9_-]{1,128})$/.exec(authorization ?? '')?.[1];
    if (secret === undefined) {
      throw new GenerationError(
        'unauthorized',
        'send the header Authorization: Bearer mdl_… with an API key of this service',
      );
    }
    const key = await this.#find(hashOf(secret));
    if (key === undefined || key.revoked_at !== undefined)
      throw new GenerationError('unauthorized', 'this API key is not known here');
    return key;
  }

  async #find(hash: string): Promise<ApiKey | undefined> {
    const cached = this.#cache.get(hash);
    if (cached !== undefined && cached.until > Date.now()) return cached.key;
    const object = await this.#store.get(objectKeys.apiKey(hash));
    const key =
      object === undefined ? undefined : storedKey.parse(JSON.parse(Buffer.from(object.body).toString('utf8')));
    if (this.#cache.size >= CACHE_ENTRIES) this.#cache.clear();
    this.#cache.set(hash, { key, until: Date.now() + (key === undefined ? UNKNOWN_MILLISECONDS : KNOWN_MILLISECONDS) });
    return key;
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
