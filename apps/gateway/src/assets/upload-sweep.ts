import { objectKeys, type AssetStore } from '@medley/domain';
import { storageTime } from '../reconciler/storage-time.ts';
import { GRACE_SECONDS } from './asset-uploads.ts';

const PAGE = 1_000;

/** Erases what clients put to storage and never completed. */
export class UploadSweep {
  readonly #store: AssetStore;

  constructor(store: AssetStore) {
    this.#store = store;
  }

  /** One pass over what has expired: keys begin with the time at which they do. The answer is how many were erased. */
  async pass(signal: AbortSignal): Promise<number> {
    const now = Math.floor((await storageTime(this.#store)).getTime() / 1000);
    const end = objectKeys.upload(now - GRACE_SECONDS, '');
    let erased = 0;
    for (;;) {
      const { keys } = await this.#store.list(objectKeys.uploadPrefix, { limit: PAGE, signal });
      const left = keys.filter((key) => key < end);
      if (left.length > 0) await this.#store.delete(left, signal);
      erased += left.length;
      if (left.length < PAGE) return erased;
    }
  }
}
