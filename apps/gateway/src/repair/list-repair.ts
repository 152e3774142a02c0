import { GenerationError, objectKeys, readResult, type AssetStore, type GenerationResult } from '@medley/domain';
import type { ListEntry, RedisLiveStore } from '@medley/queue';

/** Parts of the bucket that are listed side by side, and results that are read side by side in each. */
const LANES = 4;
const READS = 8;

/** What was found in S3, and what became of it in Redis. */
export interface RepairCounts {
  /** Generations that have ended. */
  results: number;
  /** Put into a list that lacked it; without `write`, what would be. */
  added: number;
  /** Listed already. */
  there: number;
  /** Older than all that a full list remembers. */
  older: number;
  /** Taken from a list for younger ones that were added. */
  pushedOut: number;
  /** Deleted by its client, or erased with its guest. */
  deleted: number;
  /** Can't be understood. */
  unreadable: number;
}

interface RepairOptions {
  /** Otherwise Redis is only read. */
  write: boolean;
  signal: AbortSignal;
  /** Told after each page of the bucket. */
  progress: (counts: Readonly<RepairCounts>) => void;
  unreadable: (generation: string, reason: string) => void;
}

/**
 * Puts what has ended back into the lists of its keys, from the results in S3. What is open is the reconciler's. May be
 * done twice, and while the service runs: entries that are there stay as they are, and a generation that is deleted
 * meanwhile is left out by whoever reads the list. Throws GenerationError `storage_unavailable` or `queue_unavailable`.
 */
export class ListRepair {
  readonly #store: AssetStore;
  readonly #live: RedisLiveStore;
  readonly #options: RepairOptions;
  readonly #counts: RepairCounts = {
    results: 0,
    added: 0,
    there: 0,
    older: 0,
    pushedOut: 0,
    deleted: 0,
    unreadable: 0,
  };

  constructor(store: AssetStore, live: RedisLiveStore, options: RepairOptions) {
    this.#store = store;
    this.#live = live;
    this.#options = options;
  }

  async run(): Promise<RepairCounts> {
    const prefixes = objectKeys.generationPrefixes.values();
    await Promise.all(Array.from({ length: LANES }, () => this.#walk(prefixes)));
    return this.#counts;
  }

  async #walk(prefixes: Iterator<string>): Promise<void> {
    const { signal, progress } = this.#options;
    for (let prefix = prefixes.next(); prefix.done !== true; prefix = prefixes.next()) {
      let cursor: string | undefined;
      do {
        const page = await this.#store.list(prefix.value, { signal, ...(cursor === undefined ? {} : { cursor }) });
        const ended = page.keys.flatMap(
          (key) => /^generations\/(gen_[0-9a-z]{26})\/result\.json$/.exec(key)?.[1] ?? [],
        );
        await this.#restore(ended);
        progress(this.#counts);
        cursor = page.cursor;
      } while (cursor !== undefined);
    }
  }

  /** The scripts of a page go to Redis in one pipeline. */
  async #restore(ended: readonly string[]): Promise<void> {
    const lists = new Map<string, ListEntry[]>();
    const ids = ended.values();
    const lane = async () => {
      for (const id of ids) {
        const result = await this.#read(id);
        if (result === undefined) continue;
        const { owner, created_at } = result.request;
        const list = lists.get(owner) ?? [];
        lists.set(owner, list);
        list.push({ generation: id, createdAt: Date.parse(created_at) });
      }
    };
    await Promise.all(Array.from({ length: READS }, lane));
    const { write } = this.#options;
    const answers = [...lists].map(([owner, entries]) => this.#live.restoreList(owner, entries, { write }));
    for (const answer of await Promise.all(answers)) {
      this.#counts.added += answer.added;
      this.#counts.there += answer.there;
      this.#counts.older += answer.older;
      this.#counts.pushedOut += answer.pushedOut;
    }
  }

  /** Undefined when it is not to be listed. */
  async #read(id: string): Promise<GenerationResult | undefined> {
    const { signal, unreadable } = this.#options;
    signal.throwIfAborted();
    try {
      const result = await readResult(this.#store, id, signal);
      if (result === undefined) return undefined;
      this.#counts.results += 1;
      if (result.status !== 'deleted') return result;
      this.#counts.deleted += 1;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof GenerationError) throw error;
      this.#counts.results += 1;
      this.#counts.unreadable += 1;
      unreadable(id, (error as Error).message);
    }
    return undefined;
  }
}
