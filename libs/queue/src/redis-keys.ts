import { QUEUE_PREFIX, poolName, type BundleRef } from '@medley/domain';

/** Every key beside BullMQ's own, which are `{medley}:<queue>:…`. The hash tag keeps all in one slot of a cluster. */
export const redisKeys = {
  live: (generation: string) => `${QUEUE_PREFIX}.live:${generation}`,
  owner: (owner: string) => `${QUEUE_PREFIX}.owner:${owner}`,
  /** Open generations of an API key, by the second at which they came. */
  open: (owner: string) => `${QUEUE_PREFIX}.open:${owner}`,
  cancel: (generation: string) => `${QUEUE_PREFIX}.cancel:${generation}`,
  events: (generation: string) => `${QUEUE_PREFIX}.events:${generation}`,
  preview: (generation: string) => `${QUEUE_PREFIX}.preview:${generation}`,
  /** Generations of one bundle that wait for diffusion, in the order in which they start. */
  line: (bundle: BundleRef) => `${QUEUE_PREFIX}.line:${poolName(bundle)}`,
  /** Milliseconds by graph, as workers measure them. */
  costs: (bundle: BundleRef) => `${QUEUE_PREFIX}.costs:${poolName(bundle)}`,
  /** How fast a line moves. */
  pace: (bundle: BundleRef) => `${QUEUE_PREFIX}.pace:${poolName(bundle)}`,
  /** How often a job was begun alone since it last came to an end. */
  alone: (job: string) => `${QUEUE_PREFIX}.alone:${job}`,
  /** Jobs of a queue that could start, by the millisecond since which they could. */
  wait: (queue: string) => `${QUEUE_PREFIX}.wait:${queue}`,
  /** Seconds of work that were ever accepted, by `<pool> <stage>`. */
  accepted: `${QUEUE_PREFIX}.accepted`,
  /** Names of the pools that have work. */
  pools: `${QUEUE_PREFIX}.pools`,
  fair: `${QUEUE_PREFIX}.fair`,
  fairOwner: (owner: string) => `${QUEUE_PREFIX}.fair:${owner}`,
  /** Names of all queues that ever held a prioritized job. */
  queues: `${QUEUE_PREFIX}.queues`,
  record: (kind: string, name: string) => `${QUEUE_PREFIX}.${kind}:${name}`,
  lease: (name: string) => `${QUEUE_PREFIX}.lease:${name}`,
} as const;

/** Publish/subscribe channels. */
export const channels = {
  cancel: `${QUEUE_PREFIX}.cancel`,
  events: (generation: string) => `${QUEUE_PREFIX}.events:${generation}`,
} as const;
