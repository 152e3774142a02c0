import { createHash } from 'node:crypto';
import {
  GenerationError,
  apiKeyHashPrefix,
  apiKeyId,
  newApiKey,
  objectKeys,
  ifQueueAway,
  type AssetStore,
  type ObjectHead,
} from '@medley/domain';
import type { RedisRecords } from '@medley/queue';
import { UNLIMITED, apiKey, guestEnd, SCOPES, type ApiKey } from './api-key.ts';

/** Seconds for which Redis answers for S3. A revocation does not wait for it. */
const COPY_SECONDS = 300;
const REVOKE_ATTEMPTS = 5;
const JSON_TYPE = { contentType: 'application/json' };
const MARK = { contentType: 'application/x-empty' };

interface KeyLookup {
  key: ApiKey | undefined;
  /** Redis did not answer; S3 did. */
  redisAway: boolean;
}

/**
 * API keys: hashed in S3, which owns them, with copies in Redis that every gateway asks at each request. A revocation
 * replaces the copy, so it holds at once everywhere.
 */
export class KeyStore {
  readonly #store: AssetStore;
  readonly #copies: RedisRecords;
  readonly #reads = new Map<string, Promise<ApiKey | undefined>>();

  constructor(store: AssetStore, copies: RedisRecords) {
    this.#store = store;
    this.#copies = copies;
  }

  /** Stores a key with every scope and without limits unless it is there already, revoked or not. */
  async ensure(secret: string, name: string): Promise<void> {
    await this.#create(secret, { name, scopes: [...SCOPES], limits: UNLIMITED });
  }

  /** The only time that the secret is told. */
  async create(fields: Pick<ApiKey, 'name' | 'scopes' | 'limits'>): Promise<{ key: ApiKey; secret: string }> {
    const secret = newApiKey();
    return { key: await this.#create(secret, fields), secret };
  }

  /** A key of a visitor, which is nowhere but in Redis and goes with its time; a mark in S3 tells when what is his is to go too. Throws GenerationError `queue_unavailable`, or that of storage. */
  async createGuest(
    secret: string,
    { address, limits, seconds }: Required<Pick<ApiKey, 'address' | 'limits'>> & { seconds: number },
  ): Promise<ApiKey> {
    const key: ApiKey = {
      id: apiKeyId(secret),
      name: 'guest',
      scopes: ['generate'],
      limits,
      guest: true,
      address,
      created_at: new Date().toISOString(),
    };
    await this.#store.put(objectKeys.guest(guestEnd(key), key.id), Buffer.alloc(0), MARK);
    await this.#copies.put(key.id, JSON.stringify(key), { seconds });
    return key;
  }

  async findBySecret(secret: string): Promise<KeyLookup> {
    return this.#find(apiKeyId(secret), () => this.#read(objectKeys.apiKey(hashOf(secret))));
  }

  async findById(id: string): Promise<KeyLookup> {
    return this.#find(id, async () => {
      const name = await this.#nameOf(id);
      return name === undefined ? undefined : this.#read(name);
    });
  }

  /** A page of keys, revoked ones included, in the order of their hashes. `after` is the id of the last one seen. */
  async list({
    after,
    limit,
  }: {
    after?: string | undefined;
    limit: number;
  }): Promise<{ keys: ApiKey[]; more: boolean }> {
    const start = after === undefined ? '' : `${objectKeys.apiKeyPrefix}${apiKeyHashPrefix(after)}~`;
    const names = (await this.#names()).filter((name) => name > start);
    const keys = await Promise.all(names.slice(0, limit).map((name) => this.#read(name)));
    return { keys: keys.filter((key) => key !== undefined), more: names.length > limit };
  }

  /** Throws GenerationError `not_found`; `queue_unavailable` when it stands in S3 alone: revoking again completes it. */
  async revoke(id: string): Promise<ApiKey> {
    const name = await this.#nameOf(id);
    if (name === undefined) return this.#revokeGuest(id);
    for (let attempt = 0; attempt < REVOKE_ATTEMPTS; attempt += 1) {
      const object = await this.#store.get(name);
      if (object === undefined) break;
      const key = parse(object);
      const revoked = { ...key, revoked_at: key.revoked_at ?? new Date().toISOString() };
      const condition = { ...JSON_TYPE, ifMatch: object.head.etag };
      const put = await this.#store.put(name, Buffer.from(JSON.stringify(revoked)), condition);
      if (put.outcome === 'exists') continue;
      await this.#copies.put(id, JSON.stringify(revoked), { seconds: COPY_SECONDS });
      return revoked;
    }
    throw missing(id);
  }

  /** Where its copy is gone as well there is no such key any more, which says the same. */
  async #revokeGuest(id: string): Promise<ApiKey> {
    const copy = await this.#copies.get(id);
    if (copy === undefined) throw missing(id);
    const key = apiKey.parse(JSON.parse(copy));
    const revoked = { ...key, revoked_at: key.revoked_at ?? new Date().toISOString() };
    await this.#copies.put(id, JSON.stringify(revoked), { seconds: COPY_SECONDS });
    return revoked;
  }

  async #create(secret: string, fields: Pick<ApiKey, 'name' | 'scopes' | 'limits'>): Promise<ApiKey> {
    const key: ApiKey = { id: apiKeyId(secret), ...fields, created_at: new Date().toISOString() };
    await this.#store.put(objectKeys.apiKey(hashOf(secret)), Buffer.from(JSON.stringify(key)), {
      ...JSON_TYPE,
      ifNoneMatch: '*',
    });
    return key;
  }

  async #find(id: string, read: () => Promise<ApiKey | undefined>): Promise<KeyLookup> {
    const copy = await this.#copy(id);
    if (copy !== undefined && copy !== 'away') return { key: copy, redisAway: false };
    const reading = this.#reads.get(id) ?? read().finally(() => this.#reads.delete(id));
    this.#reads.set(id, reading);
    const key = await reading;
    if (copy === 'away') return { key, redisAway: true };
    // A copy that a revocation made meanwhile stays.
    if (key !== undefined) await this.#keep(key);
    return { key, redisAway: false };
  }

  async #copy(id: string): Promise<ApiKey | undefined | 'away'> {
    const copy = await this.#copies.get(id).catch(ifQueueAway('away' as const));
    return copy === undefined || copy === 'away' ? copy : apiKey.parse(JSON.parse(copy));
  }

  /** A Redis that takes nothing costs time only. */
  async #keep(key: ApiKey): Promise<void> {
    try {
      await this.#copies.put(key.id, JSON.stringify(key), { seconds: COPY_SECONDS, onlyNew: true });
    } catch (error) {
      if (!(error instanceof GenerationError)) throw error;
    }
  }

  async #read(name: string): Promise<ApiKey | undefined> {
    const object = await this.#store.get(name);
    return object === undefined ? undefined : parse(object);
  }

  async #nameOf(id: string): Promise<string | undefined> {
    if (!/^key_[0-9a-hjkmnp-tv-z]{26}$/.test(id)) return undefined;
    const { keys } = await this.#store.list(`${objectKeys.apiKeyPrefix}${apiKeyHashPrefix(id)}`, { limit: 1 });
    return keys[0];
  }

  async #names(): Promise<string[]> {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.list(objectKeys.apiKeyPrefix, cursor === undefined ? {} : { cursor });
      names.push(...page.keys);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return names;
  }
}

function parse({ body }: { head: ObjectHead; body: Uint8Array }): ApiKey {
  return apiKey.parse(JSON.parse(Buffer.from(body).toString('utf8')));
}

function missing(id: string): GenerationError {
  return new GenerationError('not_found', `there is no key "${id.slice(0, 80)}"`);
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
