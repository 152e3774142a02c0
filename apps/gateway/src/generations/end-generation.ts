import {
  GenerationError,
  commitGeneration,
  objectKeys,
  readResult,
  ifQueueAway,
  type CommitPorts,
  type GenerationRequest,
  type GenerationResult,
} from '@medley/domain';
import { releaseInputs } from '../assets/generation-inputs.ts';
import { eraseGeneration, tombstone } from './erase-generation.ts';

const ATTEMPTS = 5;

/** Cancel and delete. */
export class EndGeneration {
  readonly #ports: CommitPorts;

  constructor(ports: CommitPorts) {
    this.#ports = ports;
  }

  /**
   * Ends a generation as canceled, unless it has ended. The answer is how it ended. That takes storage alone: what follows
   * a commit is left to the reconciler while Redis is away.
   */
  async cancel(request: GenerationRequest): Promise<GenerationResult> {
    const { store, live } = this.#ports;
    const standing = await readResult(store, request.id);
    if (standing !== undefined) return standing;
    const state = await live.read(request.id).catch(ifQueueAway(undefined));
    const ending = { status: 'canceled' } as const;
    const committing = commitGeneration(this.#ports, request, state?.epoch ?? 1, ending, state?.timings);
    const committed = await committing.catch(ifQueueAway(undefined));
    // It stands before Redis hears of it.
    return committed?.result ?? (await readResult(store, request.id))!;
  }

  /**
   * Cancels what is open, erases the inputs, puts a tombstone in place of the result and erases the rest. An open object
   * stands from the tombstone to the end, so that the reconciler takes up a deletion that was cut short.
   */
  async delete(request: GenerationRequest): Promise<void> {
    const ended = await this.cancel(request);
    if (ended.status !== 'deleted') await releaseInputs(this.#ports.store, ended.request);
    const buried = await this.#bury(ended);
    await eraseGeneration(this.#ports, buried);
  }

  async #bury({ id }: GenerationResult): Promise<GenerationResult> {
    const { store } = this.#ports;
    const json = { contentType: 'application/json' };
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const head = await store.head(objectKeys.result(id));
      const former = await readResult(store, id);
      if (head === undefined || former === undefined) break;
      if (former.status === 'deleted') return former;
      const buried = tombstone(former);
      await store.put(objectKeys.open(id), Buffer.from(JSON.stringify(buried.request)), json);
      const body = Buffer.from(JSON.stringify(buried));
      const put = await store.put(objectKeys.result(id), body, { ...json, ifMatch: head.etag });
      if (put.outcome === 'created') return buried;
    }
    throw new GenerationError('conflict', `generation "${id}" is being changed by others; try again`);
  }
}
