import type { Stage } from './job-catalog.ts';
import type { SeenJob } from './ports.ts';

/** What the reconciler sees of one open generation. */
export interface Observation {
  /** `result.json` exists. */
  committed: boolean;
  /** The highest epoch: 1 belongs to the accept itself, later ones are claimed in S3. */
  epoch: number;
  /** The request's deadline has passed. */
  late: boolean;
  /** The live state exists in Redis, with this epoch. */
  live: { epoch: number; latentsStored: boolean } | undefined;
  /** Jobs of the highest epoch, by stage. */
  jobs: readonly SeenJob[];
  /** Milliseconds since the request was accepted, or the epoch was claimed. */
  age: number;
}

export type ReconcileAction =
  | { type: 'none' }
  /** The commit stands, what follows it was not finished. */
  | { type: 'finish' }
  /** Add the encode flow of the current epoch. */
  | { type: 'encode-flow' }
  /** Add the decode flow of the current epoch. */
  | { type: 'decode-flow' }
  | { type: 'fail'; code: 'worker_crashed' | 'deadline_exceeded' | 'internal'; reason: string }
  /** Claim the next epoch and start over. */
  | { type: 'next-epoch' };

/** How long a generation is left alone after its accept or epoch, so that the gateway can enqueue it itself. Two lock times. */
const RECONCILE_GRACE_MILLISECONDS = 10_000;

/** After so many epochs without a commit the generation fails: something kills every attempt. */
const MAX_EPOCHS = 5;

/** Derives the one next action for an open generation. Pure; decided by a table over every combination. */
export function reconcile(seen: Observation): ReconcileAction {
  if (seen.committed) return { type: 'finish' };
  if (seen.age < RECONCILE_GRACE_MILLISECONDS) return { type: 'none' };
  if (seen.late)
    return {
      type: 'fail',
      code: 'deadline_exceeded',
      reason: 'deadline_seconds passed before the generation was done',
    };
  const failed = seen.jobs.find((job) => job.state === 'failed');
  if (failed !== undefined) return failure(failed);
  if (seen.live === undefined || seen.live.epoch !== seen.epoch) return nextEpoch(seen);
  if (seen.jobs.some((job) => job.state === 'live' || job.state === 'stale')) return { type: 'none' };
  const state = (stage: Stage) => seen.jobs.filter((job) => job.stage === stage).map((job) => job.state);
  const absent = (stage: Stage) => state(stage).every((one) => one === 'absent');
  if (absent('diffuse') && absent('encode') && absent('assemble'))
    return seen.live.latentsStored ? { type: 'decode-flow' } : { type: 'encode-flow' };
  if (state('diffuse').includes('completed') && absent('assemble') && seen.live.latentsStored)
    return { type: 'decode-flow' };
  return nextEpoch(seen);
}

function failure({ stage, crashed, reason }: SeenJob): ReconcileAction {
  return crashed === true
    ? { type: 'fail', code: 'worker_crashed', reason: `the workers that took its ${stage} job died, again and again` }
    : { type: 'fail', code: 'internal', reason: reason ?? `a ${stage} job failed` };
}

function nextEpoch(seen: Observation): ReconcileAction {
  return seen.epoch >= MAX_EPOCHS
    ? { type: 'fail', code: 'worker_crashed', reason: `no attempt of ${MAX_EPOCHS} came to an end` }
    : { type: 'next-epoch' };
}
