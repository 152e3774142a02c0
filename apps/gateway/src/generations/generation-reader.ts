import {
  ENDED_STATUSES,
  GenerationError,
  generationRequest,
  objectKeys,
  readResult,
  ifQueueAway,
  type AssetStore,
  type FlowQueue,
  type GenerationRequest,
  type GenerationResult,
  type LiveState,
  type LiveStore,
} from '@medley/domain';
import { EndedResults } from './ended-results.ts';
import type { GenerationSnapshot } from './generation-view.ts';

/** Pages that one list call looks through for the status that was asked for. */
const LIST_ROUNDS = 10;

/** For a shorter time than a deletion is marked in Redis. */
const REMEMBERED = { characters: 16 * 1024 * 1024, milliseconds: 600_000 };

export interface ListOptions {
  cursor?: string | undefined;
  limit: number;
  status?: string | undefined;
}

/** Reads generations from wherever they are: Redis while they run, S3 for ever. */
export class GenerationReader {
  readonly #store: AssetStore;
  readonly #live: LiveStore;
  readonly #queue: FlowQueue;
  readonly #ended = new EndedResults(REMEMBERED);

  constructor(store: AssetStore, live: LiveStore, queue: FlowQueue) {
    this.#store = store;
    this.#live = live;
    this.#queue = queue;
  }

  /** Throws GenerationError `not_found` (also for another key's generation) or `gone`. */
  async read(id: string, owner: string): Promise<GenerationSnapshot> {
    return notDeleted(await this.readDeleted(id, owner));
  }

  /** The same for what was accepted, which is answered for even when its state can't be read if that was just now. */
  async readAccepted({
    request,
    created,
  }: {
    request: GenerationRequest;
    created: boolean;
  }): Promise<GenerationSnapshot> {
    const reading = this.read(request.id, request.owner);
    return created ? reading.catch(() => ({ request })) : reading;
  }

  /** The same for whoever has a link that was signed for it. */
  async readLinked(id: string): Promise<GenerationSnapshot> {
    const snapshot = isGenerationId(id) ? await this.#find(id) : undefined;
    if (snapshot === undefined) throw missing(id);
    return notDeleted(snapshot);
  }

  /** The same, where a deleted generation is one too. */
  async readDeleted(id: string, owner: string): Promise<GenerationSnapshot> {
    const snapshot = isGenerationId(id) ? await this.#find(id) : undefined;
    if (snapshot === undefined || snapshot.request.owner !== owner) throw missing(id);
    return snapshot;
  }

  /** A page of the owner's generations, newest first. Deleted ones are left out. A rare status may fill a page in part only. */
  async list(
    owner: string,
    { cursor, limit, status }: ListOptions,
  ): Promise<{ snapshots: GenerationSnapshot[]; cursor?: string | undefined }> {
    const snapshots: GenerationSnapshot[] = [];
    let next = cursor;
    for (let round = 0; round < LIST_ROUNDS; round += 1) {
      const place = next === undefined ? {} : { cursor: next };
      const page = await this.#live.list(owner, { limit: limit - snapshots.length, ...place });
      const found = await Promise.all(page.generations.map((id) => this.#find(id)));
      snapshots.push(...found.filter((one) => one !== undefined).filter((one) => isListed(one, status)));
      next = page.cursor;
      if (next === undefined || snapshots.length >= limit) break;
    }
    return { snapshots, cursor: next };
  }

  async #find(id: string): Promise<GenerationSnapshot | undefined> {
    const remembered = await this.#recall(id);
    if (remembered !== undefined) return { request: remembered.request, result: remembered };
    const live = await this.#readLive(id);
    if (live !== 'unknown' && live !== undefined && !ENDED_STATUSES.has(live.status)) {
      const wait = live.status === 'queued' ? await this.#queue.wait(live.request.bundle, id) : undefined;
      return { request: live.request, live, queue: wait };
    }
    const result = await readResult(this.#store, id);
    if (result !== undefined) {
      if (result.status !== 'deleted') this.#ended.keep(result);
      return { request: result.request, result };
    }
    if (live === 'unknown')
      throw new GenerationError('queue_unavailable', 'Redis does not answer; try again in a moment');
    const open = await this.#store.get(objectKeys.open(id));
    if (open === undefined) return undefined;
    return { request: generationRequest.parse(JSON.parse(Buffer.from(open.body).toString('utf8'))), live };
  }

  /**
   * What has ended changes no more, unless it is deleted: whoever deletes it marks it as canceled before he answers. Those
   * that were canceled are read anew as long as that mark stands, and all while Redis can't be asked for it.
   */
  async #recall(id: string): Promise<GenerationResult | undefined> {
    const result = this.#ended.get(id);
    if (result === undefined || !(await this.#isMarked(id))) return result;
    this.#ended.forget(id);
    return undefined;
  }

  async #isMarked(id: string): Promise<boolean> {
    return this.#live.isCanceled(id).catch(ifQueueAway(true));
  }

  /** What has ended can be read while Redis is away. */
  async #readLive(id: string): Promise<LiveState | undefined | 'unknown'> {
    return this.#live.read(id).catch(ifQueueAway('unknown'));
  }
}

function isGenerationId(id: string): boolean {
  return /^gen_[0-9a-z]{26}$/.test(id);
}

function missing(id: string): GenerationError {
  return new GenerationError('not_found', `there is no generation "${id.slice(0, 80)}"`);
}

function notDeleted(snapshot: GenerationSnapshot): GenerationSnapshot {
  const { request, result } = snapshot;
  if (result?.status === 'deleted') throw new GenerationError('gone', `generation "${request.id}" was deleted`);
  return snapshot;
}

function isListed({ live, result }: GenerationSnapshot, status: string | undefined): boolean {
  const current = result?.status ?? live?.status ?? 'queued';
  return current !== 'deleted' && (status === undefined || status === current);
}
