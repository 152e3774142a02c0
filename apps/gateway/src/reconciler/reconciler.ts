import {
  GenerationError,
  commitGeneration,
  finishGeneration,
  generationRequest,
  objectKeys,
  readResult,
  reconcile,
  type CommitPorts,
  type GenerationRequest,
  type ReconcileAction,
} from '@medley/domain';

const PAGE = 500;

/** Repairs done so far, by action. */
export type RepairCount = (action: ReconcileAction['type']) => void;

/** Walks the open generations and takes for each the one next action that the pure `reconcile` derives. */
export class Reconciler {
  readonly #ports: CommitPorts;
  readonly #count: RepairCount;
  readonly #report: (error: unknown, generation: string) => void;

  constructor(ports: CommitPorts, count: RepairCount, report: (error: unknown, generation: string) => void) {
    this.#ports = ports;
    this.#count = count;
    this.#report = report;
  }

  /** One pass over `open/`. A generation that can't be repaired now is reported and left to the next pass. */
  async pass(signal: AbortSignal): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.#ports.store.list(objectKeys.openPrefix, { limit: PAGE, signal, ...(cursor === undefined ? {} : { cursor }) });
      for (const key of page.keys) {
        signal.throwIfAborted();
        const generation = key.slice(key.lastIndexOf('/') + 1).replace(/\.json$/, '');
        await this.#repair(generation, signal).catch((error: unknown) => this.#report(error, generation));
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  async #repair(generation: string, signal: AbortSignal): Promise<void> {
    const { store, live, queue } = this.#ports;
    const open = await store.get(objectKeys.open(generation), { signal });
    if (open === undefined) return;
    const request = generationRequest.parse(JSON.parse(Buffer.from(open.body).toString('utf8')));
    const result = await readResult(store, generation, signal);
    if (result !== undefined) {
      await finishGeneration(this.#ports, result);
      this.#count('finish');
      return;
    }
    const { epoch, claimedAt } = await this.#highestEpoch(generation, open.head.lastModified);
    const state = await live.read(generation);
    const jobs = [...(await queue.jobStates(request, epoch)).values()];
    const accepted = open.head.lastModified.getTime();
    const action = reconcile({
      committed: false,
      epoch,
      late: request.deadline_seconds !== undefined && Date.now() > accepted + request.deadline_seconds * 1000,
      live: state === undefined ? undefined : { epoch: state.epoch, latentsStored: Object.keys(state.latents).length === request.outputs.length * request.samples },
      jobs,
      age: Date.now() - claimedAt.getTime(),
    });
    await this.#act(action, request, epoch, state?.priority ?? 1);
    if (action.type !== 'none') this.#count(action.type);
  }

  async #act(action: ReconcileAction, request: GenerationRequest, epoch: number, priority: number): Promise<void> {
    const { store, live, queue } = this.#ports;
    switch (action.type) {
      case 'none':
      case 'finish':
        return;
      case 'encode-flow':
        return queue.addEncodeFlow(request, epoch, priority);
      case 'decode-flow':
        return queue.addDecodeFlow(request, epoch, priority);
      case 'fail':
        await commitGeneration(this.#ports, request, epoch, { status: 'failed', error: new GenerationError(action.code, action.reason) });
        return;
      case 'next-epoch': {
        const next = epoch + 1;
        const claim = await store.put(objectKeys.epoch(request.id, next), Buffer.from(''), { contentType: 'text/plain', ifNoneMatch: '*' });
        if (claim.outcome === 'exists') return;
        await queue.removeJobs(request, epoch);
        await live.create(request, next);
        await live.update(request.id, next, { priority });
        await queue.addEncodeFlow(request, next, priority);
      }
    }
  }

  /** Epoch 1 begins with the accept itself; later ones are claimed objects. */
  async #highestEpoch(generation: string, acceptedAt: Date): Promise<{ epoch: number; claimedAt: Date }> {
    const { keys } = await this.#ports.store.list(objectKeys.epochPrefix(generation), { limit: 100 });
    const epoch = keys.reduce((highest, key) => Math.max(highest, Number(key.slice(key.lastIndexOf('/') + 1))), 1);
    if (epoch === 1) return { epoch, claimedAt: acceptedAt };
    const head = await this.#ports.store.head(objectKeys.epoch(generation, epoch));
    return { epoch, claimedAt: head?.lastModified ?? acceptedAt };
  }
}
