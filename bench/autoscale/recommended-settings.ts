import { DEFAULT_BEHAVIOR, type Behavior } from './horizontal-pod-autoscaler.ts';

/** Which pool a query asks of: the labels of its metrics. */
interface PoolLabels {
  stage: string;
  bundle: string;
  /** First eight digits of the bundle's digest. */
  digest: string;
}

/**
 * How a pool of GPU workers is scaled: what docs/scaling.md recommends and `npm run bench:autoscale` simulates. Fields of `scaledObject`
 * are those of KEDA's ScaledObject, `behavior` is its `advanced.horizontalPodAutoscalerConfig.behavior`.
 */
export const RECOMMENDED_SCALING = {
  /** Seconds in which new GPUs are to have done what waits, once they are ready. */
  targetDrainSeconds: 60,
  /** Seconds until a new node is there, and until a worker on it has loaded its bundle: measure your own. */
  nodeStartSeconds: 180,
  modelLoadSeconds: 60,
  /** GPUs for each GPU of load that is being accepted. More wait less and cost more. */
  gpusPerLoad: 1.25,
  /** Seconds over which that load is a mean. */
  loadWindowSeconds: 120,
  /** Threshold of the trigger: the query answers with replicas. */
  threshold: 1,
  scaledObject: {
    pollingInterval: 15,
    cooldownPeriod: 600,
    minReplicaCount: 0,
  },
  /** The second trigger, on the jobs of the queue: more than none starts the first GPU, and it stands in while Prometheus is away. */
  queueTrigger: { activationThreshold: 0, jobsPerReplica: 16 },
  behavior: {
    scaleUp: DEFAULT_BEHAVIOR.scaleUp,
    scaleDown: {
      stabilizationWindowSeconds: 120,
      policies: [
        { type: 'Percent', value: 25, periodSeconds: 60 },
        { type: 'Pods', value: 1, periodSeconds: 60 },
      ],
      selectPolicy: 'Max',
      tolerance: 0.1,
    },
  } satisfies Behavior as Behavior,
} as const;

/** The PromQL of the first trigger. Every gateway tells the same, of work and of what was accepted. */
export function workQuery({ stage, bundle, digest }: PoolLabels): string {
  const { targetDrainSeconds, nodeStartSeconds, modelLoadSeconds, gpusPerLoad, loadWindowSeconds } =
    RECOMMENDED_SCALING;
  const pool = `{stage="${stage}",bundle="${bundle}",digest="${digest}"}`;
  const drain = nodeStartSeconds + modelLoadSeconds + targetDrainSeconds;
  const load = `max by (stage, bundle, digest) (rate(medley_pool_accepted_work_seconds_total${pool}[${loadWindowSeconds}s]))`;
  return `max by (stage, bundle, digest) (medley_pool_work_seconds${pool}) / ${drain} + ${gpusPerLoad} * ${load}`;
}
