import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { GenerationError, objectKeys, readResult, type AssetStore, type GenerationResult } from '@medley/domain';
import type { KeyStore } from '../keys/key-store.ts';
import { readShareToken, shareToken } from './share-token.ts';

const stored = z.strictObject({ v: z.literal(1), nonce: z.string(), expires_at: z.string() });

const ATTEMPTS = 5;

export interface SharedGeneration {
  result: GenerationResult;
  expiresAt: string;
}

/** Links that need no key: one for each generation, kept beside its result. They show something as long as the key that made it holds. */
export class ShareStore {
  readonly #store: AssetStore;
  readonly #secret: string;
  readonly #keys: KeyStore;

  constructor(store: AssetStore, secret: string, keys: KeyStore) {
    this.#store = store;
    this.#secret = secret;
    this.#keys = keys;
  }

  /** The link's token. One that holds stays the same and gets the new time. Throws GenerationError `conflict`. */
  async share(generation: string, seconds: number): Promise<{ token: string; expiresAt: string }> {
    const key = objectKeys.share(generation);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const object = await this.#store.get(key);
      const standing = object === undefined ? undefined : parse(object.body);
      const holds = standing !== undefined && Date.parse(standing.expires_at) > Date.now();
      const nonce = holds ? standing.nonce : randomBytes(12).toString('base64url');
      const expiresAt = new Date(Date.now() + seconds * 1000).toISOString();
      const body = Buffer.from(JSON.stringify({ v: 1, nonce, expires_at: expiresAt }));
      const condition = object === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: object.head.etag };
      const put = await this.#store.put(key, body, { contentType: 'application/json', ...condition });
      if (put.outcome === 'created') return { token: shareToken(this.#secret, { generation, nonce }), expiresAt };
    }
    throw new GenerationError('conflict', `the link of generation "${generation}" is being changed; try again`);
  }

  /** Holds at once; a later link is another one. */
  async revoke(generation: string): Promise<void> {
    await this.#store.delete([objectKeys.share(generation)]);
  }

  /** Throws GenerationError `not_found`, or `gone` for a link that was ours; `queue_unavailable` where Redis alone may know its key. */
  async open(token: string): Promise<SharedGeneration> {
    const name = readShareToken(this.#secret, token);
    if (name === undefined) throw new GenerationError('not_found', 'there is no such link');
    const { generation, nonce } = name;
    const [object, result] = await Promise.all([
      this.#store.get(objectKeys.share(generation)),
      readResult(this.#store, generation),
    ]);
    const share = object === undefined ? undefined : parse(object.body);
    const holds = share?.nonce === nonce && Date.parse(share.expires_at) > Date.now();
    if (!holds || result?.status !== 'succeeded' || !(await this.#keyHolds(result.request.owner)))
      throw new GenerationError('gone', 'this link was taken back, or its time is over');
    return { result, expiresAt: share.expires_at };
  }

  async #keyHolds(id: string): Promise<boolean> {
    const { key, redisAway } = await this.#keys.findById(id);
    if (key === undefined && redisAway)
      throw new GenerationError('queue_unavailable', 'Redis does not answer; try again in a moment');
    return key !== undefined && key.revoked_at === undefined;
  }
}

function parse(body: Uint8Array): z.infer<typeof stored> {
  return stored.parse(JSON.parse(Buffer.from(body).toString('utf8')));
}
