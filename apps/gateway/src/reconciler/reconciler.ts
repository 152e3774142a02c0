import { setTimeout as delay } from 'node:timers/promises';
import {
  GenerationError,
  NO_TRACING,
  commitGeneration,
  finishGeneration,
  generationRequest,
  inSpan,
  objectKeys,
  reconcile,
  type CommitPorts,
  type GenerationRequest,
  type LiveStatePatch,
  type ReconcileAction,
  type Tracing,
} from '@medley/domain';
import { eraseGeneration } from '../generations/erase-generation.ts';
import { observeGeneration, type Sighting } from './observe-generation.ts';
import { storageTime } from './storage-time.ts';

const PAGE = 500;
/** Generations that are looked at side by side. */
const WIDTH = 4;
/** A look is followed by a rest that is so many times as long: a pass over thousands that wait leaves storage to requests. */
const REST = 4;

export interface ReconcilerObserver {
  repaired(action: ReconcileAction, generation: string): void;
  /** A generation that can't be repaired now is left to the next pass. */
  failed(error: unknown, generation: string): void;
}

/** Walks the open generations and takes for each the one next action that the pure `reconcile` derives. */
export class Reconciler {
  readonly #ports: CommitPorts;
  readonly #turnOf: (request: GenerationRequest) => Promise<number>;
  readonly #observer: ReconcilerObserver;
  readonly #tracing: Tracing;

  /** `turnOf` gives a turn to a generation whose own is lost with its live state. */
  constructor(
    ports: CommitPorts,
    turnOf: (request: GenerationRequest) => Promise<number>,
    observer: ReconcilerObserver,
    tracing: Tracing = NO_TRACING,
  ) {
    this.#ports = ports;
    this.#turnOf = turnOf;
    this.#observer = observer;
    this.#tracing = tracing;
  }

  /** One pass over `open/`. The answer is how many generations are open. */
  async pass(signal: AbortSignal): Promise<number> {
    const { store } = this.#ports;
    const now = await storageTime(store);
    let cursor: string | undefined;
    let open = 0;
    do {
      const place = cursor === undefined ? {} : { cursor };
      const page = await store.list(objectKeys.openPrefix, { limit: PAGE, signal, ...place });
      open += page.keys.length;
      const keys = page.keys.values();
      await Promise.all(Array.from({ length: WIDTH }, () => this.#walk(keys, now, signal)));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return open;
  }

  async #walk(keys: Iterator<string>, now: Date, signal: AbortSignal): Promise<void> {
    for (let key = keys.next(); key.done !== true; key = keys.next()) {
      signal.throwIfAborted();
      const generation = key.value.slice(key.value.lastIndexOf('/') + 1).replace(/\.json$/, '');
      const begun = performance.now();
      await this.#repair(generation, now).catch((error: unknown) => this.#observer.failed(error, generation));
      await delay(REST * (performance.now() - begun), undefined, { signal });
    }
  }

  async #repair(generation: string, now: Date): Promise<void> {
    const open = await this.#ports.store.get(objectKeys.open(generation));
    if (open === undefined) return;
    const request = generationRequest.parse(JSON.parse(Buffer.from(open.body).toString('utf8')));
    const sighting = await observeGeneration(this.#ports, request, open.head.lastModified, now);
    const action = reconcile(sighting.observation);
    if (action.type === 'none') return;
    const attributes = {
      'medley.generation.id': generation,
      'medley.epoch': sighting.observation.epoch,
      'medley.repair': action.type,
    };
    await inSpan(this.#tracing, 'repair', { parent: request.traceparent, attributes }, async () => {
      if (await this.#act(action, request, sighting)) this.#observer.repaired(action, generation);
    });
  }

  /** Whether something was done. */
  async #act(action: ReconcileAction, request: GenerationRequest, sighting: Sighting): Promise<boolean> {
    const { observation, result, state } = sighting;
    const { epoch } = observation;
    const { queue, live } = this.#ports;
    switch (action.type) {
      case 'none':
        return false;
      case 'finish':
        if (result!.status === 'deleted') await eraseGeneration(this.#ports, result!);
        else await finishGeneration(this.#ports, result!);
        return true;
      case 'encode-flow':
        await queue.addEncodeFlow(request, epoch, state!.turn);
        return true;
      case 'decode-flow':
        await queue.addDecodeFlow(request, epoch, state!.turn);
        return true;
      case 'fail': {
        const error = new GenerationError(action.code, action.reason);
        const ending = { status: 'failed', error } as const;
        const { won } = await commitGeneration(this.#ports, request, epoch, ending, state?.timings);
        // Its jobs may still run.
        if (won) await live.requestCancel(request.id);
        return won;
      }
      case 'next-epoch':
        return this.#restart(request, epoch, state ?? {});
    }
  }

  async #restart(request: GenerationRequest, epoch: number, known: LiveStatePatch): Promise<boolean> {
    const { store, live, events, queue } = this.#ports;
    const next = epoch + 1;
    const turn = known.turn ?? (await this.#turnOf(request));
    const claim = await store.put(objectKeys.epoch(request.id, next), Buffer.alloc(0), {
      contentType: 'application/x-empty',
      ifNoneMatch: '*',
    });
    if (claim.outcome === 'exists') return false;
    await queue.removeJobs(request, epoch);
    await live.create(request, next, { turn, ...(known.work === undefined ? {} : { work: known.work }) });
    // It begins a log that was lost, or never begun; nothing comes of it where there is one.
    await events.append(request.id, next, { type: 'accepted', created_at: request.created_at });
    await queue.addEncodeFlow(request, next, turn);
    return true;
  }
}
