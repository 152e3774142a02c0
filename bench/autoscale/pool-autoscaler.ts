import {
  HorizontalPodAutoscaler,
  mostReplicas,
  replicasForAverageValue,
  replicasForPodMean,
  type Behavior,
} from './horizontal-pod-autoscaler.ts';
import { Activation, Fallback, type ScaledObject } from './keda.ts';
import type { Policy, Sample } from './policies.ts';

/** All that decides on the size of a pool. */
export interface Autoscaler {
  policy: Policy;
  target: number;
  behavior: Behavior;
  scaledObject: Pick<ScaledObject, 'pollingInterval' | 'cooldownPeriod' | 'fallback'>;
  /** A second trigger, on the number of runs in the queue. */
  runsPerReplica?: number;
}

/** The pool as KEDA and the HPA see it. */
export interface PoolView {
  /** Workers that were not told to go, those that start included. */
  size: number;
  /** Those that can have a run. */
  ready: number;
  /** Runs that wait or run. */
  runs: number;
}

/** KEDA and the HPA beside each other, for one pool of up to so many replicas. */
export class PoolAutoscaler {
  readonly #autoscaler: Autoscaler;
  readonly #activation: Activation;
  readonly #hpa: HorizontalPodAutoscaler;
  readonly #fallback: Fallback;

  constructor(autoscaler: Autoscaler, replicas: { minimum: number; maximum: number }) {
    const { scaledObject, behavior } = autoscaler;
    this.#autoscaler = autoscaler;
    this.#activation = new Activation({ ...scaledObject, minReplicaCount: replicas.minimum, activationThreshold: 0 });
    this.#hpa = new HorizontalPodAutoscaler(behavior, { minimum: 1, maximum: replicas.maximum });
    this.#fallback = new Fallback(scaledObject);
  }

  /** KEDA's look at the queue: replicas to have from `now` (seconds) on. */
  poll(now: number, { size, runs }: PoolView): number {
    return this.#activation.poll(now, size, runs);
  }

  /** The HPA's look at the metrics, as the policy reads them of the scrapes of its window. `away`: they can't be read now. */
  sync(now: number, { size, ready, runs }: PoolView, samples: readonly Sample[], away = false): number {
    const { policy, target, behavior, runsPerReplica } = this.#autoscaler;
    const reading = policy.read(samples.at(-1)!, samples[0]!, target);
    const asked: (number | undefined)[] = [];
    if (policy.metric === 'PodMean')
      asked.push(replicasForPodMean(reading.value, reading.target, { current: size, ready }, behavior));
    else {
      const value = this.#fallback.read(away ? undefined : reading.value, reading.target);
      asked.push(value === undefined ? undefined : replicasForAverageValue(value, reading.target, size, behavior));
    }
    if (runsPerReplica !== undefined) asked.push(replicasForAverageValue(runs, runsPerReplica, size, behavior));
    return this.#hpa.sync(now, size, mostReplicas(asked, size));
  }
}
