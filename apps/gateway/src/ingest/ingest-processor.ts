import { GenerationError, type JobContext, type LiveStore, type EventLog } from '@medley/domain';
import type { AssetLibrary } from '../assets/asset-library.ts';

/** A file that was fetched from a client's URL. */
export interface FetchedFile {
  bytes: Uint8Array;
  contentType: string;
}

/** Fetches the URL of one condition and stores it as an asset of the generation's owner; a retry keeps what is stored. */
export class IngestProcessor {
  readonly #fetch: (url: string, signal: AbortSignal) => Promise<FetchedFile>;
  readonly #assets: AssetLibrary;
  readonly #live: LiveStore;
  readonly #events: EventLog;

  constructor(
    fetch: (url: string, signal: AbortSignal) => Promise<FetchedFile>,
    assets: AssetLibrary,
    live: LiveStore,
    events: EventLog,
  ) {
    this.#fetch = fetch;
    this.#assets = assets;
    this.#live = live;
    this.#events = events;
  }

  async run({ payload, signal }: JobContext): Promise<void> {
    const { generation, epoch, role } = payload;
    const state = await this.#live.read(generation);
    if (state === undefined || state.epoch !== epoch) return;
    const condition = state.request.conditions[role];
    if (condition === undefined || !('url' in condition) || state.assets[role] !== undefined) return;
    await this.#live.update(generation, epoch, { status: 'fetching', timings: { fetch_started: Date.now() } });
    await this.#events.append(generation, epoch, { type: 'fetching', condition: role });
    const pointer = `/conditions/${role}/url`;
    try {
      const file = await this.#fetch(condition.url, signal);
      const asset = await this.#assets.add(state.request.owner, file.bytes, file.contentType, pointer);
      await this.#live.update(generation, epoch, { assets: { [role]: asset } });
    } catch (error) {
      throw error instanceof GenerationError && error.pointer === undefined
        ? new GenerationError(error.code, error.message, { pointer, retryable: error.retryable, cause: error })
        : error;
    }
  }
}
