import { RECOMMENDED_SCALING } from './recommended-settings.ts';

/** What Prometheus knows of a pool at one scrape. */
export interface Sample {
  at: number;
  /** Runs that wait or run, and those that were ever accepted. */
  runs: number;
  accepted: number;
  /** Predicted seconds of compute: of what waits and what is left of what runs; of all that was ever accepted. */
  work: number;
  acceptedWork: number;
  /** GPU seconds of runs in hand, and of workers that could have had one. */
  busySeconds: number;
  readySeconds: number;
}

/** A metric beside what one replica is to have of it. */
interface Reading {
  value: number;
  target: number;
}

export interface Policy {
  name: string;
  /** What its knob is, and the values of it that are tried. */
  knob: string;
  targets: readonly number[];
  /** How the HPA takes the metric: as the pool's, to be shared by all replicas, or as the mean over pods that are ready. */
  metric: 'AverageValue' | 'PodMean';
  /** Seconds that its metric looks back on. */
  window: number;
  /** `first` is the scrape at the begin of the window. */
  read(latest: Sample, first: Sample, target: number): Reading;
}

const secondsBetween = (first: Sample, latest: Sample) => Math.max(latest.at - first.at, 1);

const { nodeStartSeconds, modelLoadSeconds, targetDrainSeconds } = RECOMMENDED_SCALING;

/**
 * What waits and runs is to be done by the time at which a new GPU would have helped for `targetDrainSeconds`, and what is accepted meanwhile
 * is a load of so many GPUs (`workQuery` in recommended-settings.ts). The knob is how many there are for each GPU of that load.
 */
export const WORK_AND_LOAD: Policy = {
  name: 'work and load',
  knob: 'GPUs a GPU of load',
  targets: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.75, 2.5, 3.5],
  metric: 'AverageValue',
  window: RECOMMENDED_SCALING.loadWindowSeconds,
  read: (latest, first, target) => {
    const load = (latest.acceptedWork - first.acceptedWork) / secondsBetween(first, latest);
    const drain = nodeStartSeconds + modelLoadSeconds + targetDrainSeconds;
    return { value: latest.work / drain + target * load, target: 1 };
  },
};

/** `medley_pool_work_seconds` alone, with a threshold of so many seconds a GPU. */
export const WORK: Policy = {
  name: 'work alone',
  knob: 'seconds a GPU',
  targets: [30, 45, 60, 90, 120, 180, 240, 360],
  metric: 'AverageValue',
  window: 0,
  read: ({ work }, _, target) => ({ value: work, target }),
};

/** Jobs in the queue, those that run included, as a Redis scaler counts them. */
export const QUEUE_LENGTH: Policy = {
  name: 'queue length',
  knob: 'runs a GPU',
  targets: [0.5, 0.7, 1, 1.5, 2.5, 4, 6, 10, 16, 25, 40, 60],
  metric: 'AverageValue',
  window: 0,
  read: ({ runs }, _, target) => ({ value: runs, target }),
};

/** The share of their time for which GPUs are busy, over a minute, as an exporter of a GPU's figures tells it. */
export const UTILIZATION: Policy = {
  name: 'utilization',
  knob: 'busy share',
  targets: [0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8],
  metric: 'PodMean',
  window: 60,
  read: (latest, first, target) => {
    const ready = latest.readySeconds - first.readySeconds;
    return { value: ready === 0 ? 0 : (latest.busySeconds - first.busySeconds) / ready, target };
  },
};

/** Accepted generations a second, over two minutes. */
export const REQUEST_RATE: Policy = {
  name: 'request rate',
  knob: 'requests/s a GPU',
  targets: [0.02, 0.025, 0.03, 0.035, 0.04, 0.045, 0.05, 0.06],
  metric: 'AverageValue',
  window: 120,
  read: (latest, first, target) => ({
    value: (latest.accepted - first.accepted) / secondsBetween(first, latest),
    target,
  }),
};
