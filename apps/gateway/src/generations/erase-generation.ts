import { randomUUID } from 'node:crypto';
import {
  GenerationError,
  commitGeneration,
  deletePrefix,
  objectKeys,
  readResult,
  type AssetStore,
  type CommitPorts,
  type GenerationRequest,
  type GenerationResult,
} from '@medley/domain';

/** DELETE: a tombstone replaces the result, then everything that belongs to the generation is erased. */
export class EraseGeneration {
  readonly #ports: CommitPorts;

  constructor(ports: CommitPorts) {
    this.#ports = ports;
  }

  async erase(request: GenerationRequest): Promise<void> {
    const { store, live, events } = this.#ports;
    await this.#bury(store, request);
    await Promise.all([
      this.#eraseOutputs(store, request.id),
      deletePrefix(store, objectKeys.tensorPrefix(request.id)),
      live.remove(request.id),
      events.remove(request.id),
    ]);
  }

  async #bury(store: AssetStore, request: GenerationRequest): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const key = objectKeys.result(request.id);
      const head = await store.head(key);
      const standing = await readResult(store, request.id);
      if (head === undefined || standing === undefined) {
        await commitGeneration(this.#ports, request, 1, { status: 'canceled' });
        continue;
      }
      if (standing.status === 'deleted') return;
      const put = await store.put(key, Buffer.from(JSON.stringify(tombstone(standing))), {
        contentType: 'application/json',
        ifMatch: head.etag,
      });
      if (put.outcome === 'created') return;
    }
    throw new GenerationError('conflict', `generation "${request.id}" is being changed by others; try again`);
  }

  async #eraseOutputs(store: AssetStore, id: string): Promise<void> {
    await deletePrefix(store, `${objectKeys.generationPrefix(id)}outputs/`);
    await deletePrefix(store, objectKeys.epochPrefix(id));
  }
}

/** Keeps ids and times only: nothing that the client sent. */
function tombstone(result: GenerationResult): GenerationResult {
  return {
    ...result,
    request: {
      ...result.request,
      conditions: [{ type: 'text', text: '', weight: 1 }],
      negative: undefined,
      metadata: {},
    },
    status: 'deleted',
    error: undefined,
    outputs: [],
    commit_token: randomUUID(),
    committed_at: new Date().toISOString(),
  };
}
