import {
  objectKeys,
  readResult,
  type CommitPorts,
  type GenerationRequest,
  type GenerationResult,
  type LiveState,
  type Observation,
} from '@medley/domain';

/** What the reconciler sees of one open generation, and what it needs to act on it. */
export interface Sighting {
  observation: Observation;
  result: GenerationResult | undefined;
  state: LiveState | undefined;
}

/**
 * Looks at a generation accepted at `acceptedAt`. All times are the storage's: `now` too, so that clocks that differ make
 * nothing late. The result is read last: jobs that a commit took away are then never missed without it.
 */
export async function observeGeneration(
  { store, live, queue }: CommitPorts,
  request: GenerationRequest,
  acceptedAt: Date,
  now: Date,
): Promise<Sighting> {
  const { id, deadline_seconds: deadline } = request;
  const { epoch, claimedAt } = await highestEpoch({ store }, id, acceptedAt);
  const state = await live.read(id);
  const jobs = [...(await queue.jobStates(request, epoch)).values()];
  const result = await readResult(store, id);
  const latents = Object.keys(state?.latents ?? {}).length;
  const observation: Observation = {
    committed: result !== undefined,
    epoch,
    late: deadline !== undefined && now.getTime() > acceptedAt.getTime() + deadline * 1000,
    live:
      state === undefined
        ? undefined
        : { epoch: state.epoch, latentsStored: latents === request.outputs.length * request.samples },
    jobs,
    age: now.getTime() - claimedAt.getTime(),
  };
  return { observation, result, state };
}

/** Epoch 1 begins with the accept itself; later ones are claimed objects. */
async function highestEpoch(
  { store }: Pick<CommitPorts, 'store'>,
  generation: string,
  acceptedAt: Date,
): Promise<{ epoch: number; claimedAt: Date }> {
  const { keys } = await store.list(objectKeys.epochPrefix(generation), { limit: 100 });
  const epoch = keys.reduce((highest, key) => Math.max(highest, Number(key.slice(key.lastIndexOf('/') + 1))), 1);
  if (epoch === 1) return { epoch, claimedAt: acceptedAt };
  const head = await store.head(objectKeys.epoch(generation, epoch));
  return { epoch, claimedAt: head?.lastModified ?? acceptedAt };
}
