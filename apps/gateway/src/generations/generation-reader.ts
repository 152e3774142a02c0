import {
  GenerationError,
  generationRequest,
  objectKeys,
  readResult,
  type AssetStore,
  type FlowQueue,
  type LiveStore,
} from '@medley/domain';
import type { GenerationSnapshot } from './generation-view.ts';

/** Reads generations from wherever they are: Redis while they run, S3 for ever. */
export class GenerationReader {
  readonly #store: AssetStore;
  readonly #live: LiveStore;
  readonly #queue: FlowQueue;

  constructor(store: AssetStore, live: LiveStore, queue: FlowQueue) {
    this.#store = store;
    this.#live = live;
    this.#queue = queue;
  }

  /** Throws GenerationError `not_found` (also for another key's generation) or `gone`. */
  async read(id: string, owner: string): Promise<GenerationSnapshot> {
    const snapshot = await this.#find(id);
    if (snapshot === undefined || snapshot.request.owner !== owner) {
      throw new GenerationError('not_found', `there is no generation "${id}"`);
    }
    if (snapshot.result?.status === 'deleted') throw new GenerationError('gone', `generation "${id}" was deleted`);
    return snapshot;
  }

  async #find(id: string): Promise<GenerationSnapshot | undefined> {
    if (!/^gen_[0-9a-z]{26}$/.test(id)) return undefined;
    const live = await this.#live.read(id);
    if (live !== undefined && !['succeeded', 'failed', 'canceled', 'deleted'].includes(live.status)) {
      const queue = live.status === 'queued' ? await this.#queue.position(live.request, live.epoch) : undefined;
      return { request: live.request, live, queue: queue === undefined ? undefined : { position: queue } };
    }
    const result = await readResult(this.#store, id);
    if (result !== undefined) return { request: result.request, live, result };
    const open = await this.#store.get(objectKeys.open(id));
    if (open === undefined) return undefined;
    return { request: generationRequest.parse(JSON.parse(Buffer.from(open.body).toString('utf8'))), live };
  }

  /** A page of the owner's generations, newest first. Deleted ones are left out. */
  async list(
    owner: string,
    options: { cursor?: string; limit: number },
  ): Promise<{ snapshots: GenerationSnapshot[]; cursor?: string }> {
    const page = await this.#live.list(owner, options);
    const found = await Promise.all(page.generations.map((id) => this.#find(id)));
    const snapshots = found.filter(
      (one) => one !== undefined && one.result?.status !== 'deleted',
    ) as GenerationSnapshot[];
    return { snapshots, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) };
  }
}
