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
  /** Apart, so that a flood of made-up keys pushes out no real one. */
  readonly #known = new Map<string, { key: ApiKey; until: number }>();
  readonly #unknown = new Map<string, { until: number }>();
  readonly #lookups = new Map<string, Promise<ApiKey | undefined>>();

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
    const secret = /^Bearer +(mdl_[A-Za-z0-9_-]{1,128}) *$/i.exec(authorization ?? '')?.[1];
    if (secret === undefined) {
      throw new GenerationError(
        'unauthorized',
        'send the header Authorization: Bearer mdl_… with an API key of this service',
      );
    }
    const key = await this.#find(hashOf(secret), performance.now());
    if (key === undefined || key.revoked_at !== undefined)
      throw new GenerationError('unauthorized', 'this API key is not known here');
    return key;
  }

  /** Requests that need the same key at the same time share one look into S3. */
  async #find(hash: string, now: number): Promise<ApiKey | undefined> {
    const known = this.#known.get(hash);
    if (known !== undefined && known.until > now) return known.key;
    if ((this.#unknown.get(hash)?.until ?? 0) > now) return undefined;
    const lookup = this.#lookups.get(hash) ?? this.#read(hash).finally(() => this.#lookups.delete(hash));
    this.#lookups.set(hash, lookup);
    const key = await lookup;
    if (key === undefined) remember(this.#unknown, hash, { until: now + UNKNOWN_MILLISECONDS });
    else remember(this.#known, hash, { key, until: now + KNOWN_MILLISECONDS });
    return key;
  }

  async #read(hash: string): Promise<ApiKey | undefined> {
    const object = await this.#store.get(objectKeys.apiKey(hash));
    return object === undefined ? undefined : storedKey.parse(JSON.parse(Buffer.from(object.body).toString('utf8')));
  }
}

/** The entry that was remembered first makes room. */
function remember<Entry>(cache: Map<string, Entry>, hash: string, entry: Entry): void {
  cache.delete(hash);
  if (cache.size >= CACHE_ENTRIES) cache.delete(cache.keys().next().value!);
  cache.set(hash, entry);
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
