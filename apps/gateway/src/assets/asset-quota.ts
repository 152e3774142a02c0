import { GenerationError, objectKeys, type AssetStore } from '@medley/domain';
import type { ByteCounter } from '@medley/queue';
import { limitsOf, type KeyLimits } from '../keys/api-key.ts';
import type { KeyStore } from '../keys/key-store.ts';

export interface AssetQuotaParts {
  counter: ByteCounter;
  store: AssetStore;
  keys: KeyStore;
  /** Limits of keys that have none of their own. */
  deployment: KeyLimits;
}

/**
 * Bytes of assets that a key may keep. Redis has the sum, S3 the truth: it is counted anew before anything is refused, so
 * what was deleted is free at once. Files on their way side by side may pass the limit by their own bytes.
 */
export class AssetQuota {
  readonly #parts: AssetQuotaParts;

  constructor(parts: AssetQuotaParts) {
    this.#parts = parts;
  }

  /** Throws GenerationError `quota_exceeded`. */
  async reserve(owner: string, bytes: number, pointer: string): Promise<void> {
    const { counter, store, keys, deployment } = this.#parts;
    const { key } = await keys.findById(owner);
    const limit = key === undefined ? deployment.asset_bytes : limitsOf(key, deployment).asset_bytes;
    if (limit === null || (await counter.add(owner, bytes, limit)) === 'added') return;
    const counted = await store.bytesUnder(objectKeys.assetPrefix(owner));
    if ((await counter.add(owner, bytes, limit, counted)) === 'added') return;
    throw new GenerationError(
      'quota_exceeded',
      `the file has ${bytes} bytes; this API key keeps ${counted} of ${limit}: delete some with DELETE /v1/assets/{id}`,
      { pointer },
    );
  }
}
