import { deletePrefix, objectKeys, type AssetStore } from '@medley/domain';
import { findRequest } from '../generations/find-request.ts';
import type { EndGeneration } from '../generations/end-generation.ts';
import { storageTime } from '../reconciler/storage-time.ts';

const PAGE = 1_000;
/** For requests that were on their way when the guest ended. */
const GRACE_SECONDS = 3_600;

/** Erases what guests sent and made when they have ended: nobody can reach it any more. */
export class GuestSweep {
  readonly #store: AssetStore;
  readonly #end: EndGeneration;

  constructor(store: AssetStore, end: EndGeneration) {
    this.#store = store;
    this.#end = end;
  }

  /** One pass over the marks of those that have ended: keys begin with the time at which they do. The answer is how many guests were erased. Rejects, after all others, when one could not be. */
  async pass(signal: AbortSignal): Promise<number> {
    const now = Math.floor((await storageTime(this.#store)).getTime() / 1000);
    const guests = await this.#ended(objectKeys.guest(now - GRACE_SECONDS, ''), signal);
    const failures: unknown[] = [];
    for (const guest of guests) {
      signal.throwIfAborted();
      await this.#erase(guest).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
    return guests.size;
  }

  /** Marks of the guests that ended before `end`, the first of them. */
  async #ended(end: string, signal: AbortSignal): Promise<Set<string>> {
    const { keys } = await this.#store.list(objectKeys.guestPrefix, { limit: PAGE, signal });
    return new Set(keys.filter((key) => key < end).map((key) => key.split('/').slice(0, 3).join('/')));
  }

  /** The mark goes last: what is cut short is taken up again. */
  async #erase(guest: string): Promise<void> {
    const marks = `${guest}/`;
    let cursor: string | undefined;
    do {
      const page = await this.#store.list(marks, cursor === undefined ? {} : { cursor });
      for (const key of page.keys) await this.#eraseGeneration(key.slice(marks.length));
      cursor = page.cursor;
    } while (cursor !== undefined);
    for (const prefix of objectKeys.ownedPrefixes(guest.slice(guest.lastIndexOf('/') + 1)))
      await deletePrefix(this.#store, prefix);
    await deletePrefix(this.#store, marks);
    await this.#store.delete([guest]);
  }

  async #eraseGeneration(id: string): Promise<void> {
    const request = await findRequest(this.#store, id);
    if (request !== undefined) await this.#end.delete(request);
  }
}
