import { CostEstimate, type EstimateOptions } from './cost-estimate.ts';
import {
  HorizontalPodAutoscaler,
  SYNC_SECONDS,
  mostReplicas,
  replicasForAverageValue,
  replicasForPodMean,
  type Behavior,
} from './horizontal-pod-autoscaler.ts';
import { Activation, Fallback, type ScaledObject } from './keda.ts';
import type { Policy, Sample } from './policies.ts';
import { Pool, type PoolOptions } from './pool.ts';
import type { Trace } from './trace.ts';

/** Prometheus scrapes so often, and the HPA looks so long after a scrape. */
const SCRAPE_SECONDS = 15;
const SYNC_OFFSET_SECONDS = 10;

export interface Setup extends PoolOptions {
  maxReplicas: number;
  estimate: EstimateOptions;
  /** While Prometheus can't be asked; runs and their number in the queue can be. */
  outage?: { from: number; to: number };
}

/** All that decides on the size of a pool. */
export interface Autoscaler {
  policy: Policy;
  target: number;
  behavior: Behavior;
  scaledObject: Pick<ScaledObject, 'pollingInterval' | 'cooldownPeriod' | 'fallback'>;
  /** A second trigger, on the number of runs in the queue. */
  runsPerReplica?: number;
}

export interface Outcome {
  gpuHours: number;
  /** Seconds for which each run was not getting on, by its place in the trace. */
  waits: Float64Array;
  served: number;
  handedBack: number;
  /** Most workers at a time, those that start included. */
  peak: number;
}

/** One day of a pool. Goes on until all that came is served; the same arguments give the same outcome. */
export function simulate(trace: Trace, autoscaler: Autoscaler, setup: Setup): Outcome {
  const { policy, scaledObject } = autoscaler;
  const costs = new CostEstimate(setup.estimate);
  const pool = new Pool(trace, costs, setup);
  // The mean over no pods says nothing: with such a metric the last one stays.
  const minReplicaCount = policy.metric === 'PodMean' ? 1 : 0;
  const activation = new Activation({ ...scaledObject, minReplicaCount, activationThreshold: 0 });
  const decide = decider(autoscaler, setup);
  const samples: Sample[] = [];
  let readySeconds = 0;
  let [nextScrape, nextSync, nextPoll, now] = [0, SYNC_OFFSET_SECONDS, 0, 0];
  while (!pool.done) {
    const event = pool.next;
    now = Math.min(event, nextScrape, nextSync, nextPoll);
    if (event === now) pool.advance();
    else if (nextScrape === now) {
      nextScrape += SCRAPE_SECONDS;
      if (costs.learns) costs.record(pool.reports(), SCRAPE_SECONDS);
      readySeconds += SCRAPE_SECONDS * pool.ready;
      samples.push(scrape(pool, now, readySeconds));
      if (samples.length > 1 + policy.window / SCRAPE_SECONDS) samples.shift();
    } else if (nextPoll === now) {
      nextPoll += scaledObject.pollingInterval;
      pool.resize(now, activation.poll(now, pool.size, pool.waiting + pool.running));
    } else {
      nextSync += SYNC_SECONDS;
      if (pool.size > 0) pool.resize(now, decide(now, pool, samples));
    }
  }
  pool.resize(now, 0);
  const { gpuHours, waits, served, handedBack, peak } = pool;
  return { gpuHours, waits, served, handedBack, peak };
}

/** What the HPA makes of the pool's metrics. */
function decider({ policy, target, behavior, scaledObject, runsPerReplica }: Autoscaler, setup: Setup) {
  const hpa = new HorizontalPodAutoscaler(behavior, { minimum: 1, maximum: setup.maxReplicas });
  const fallback = new Fallback(scaledObject);
  return (now: number, pool: Pool, samples: readonly Sample[]): number => {
    const { size: current, ready } = pool;
    const away = setup.outage !== undefined && now >= setup.outage.from && now < setup.outage.to;
    const reading = policy.read(samples.at(-1)!, samples[0]!, target);
    const asked: (number | undefined)[] = [];
    if (policy.metric === 'PodMean')
      asked.push(replicasForPodMean(reading.value, reading.target, { current, ready }, behavior));
    else {
      const value = fallback.read(away ? undefined : reading.value, reading.target);
      asked.push(value === undefined ? undefined : replicasForAverageValue(value, reading.target, current, behavior));
    }
    if (runsPerReplica !== undefined)
      asked.push(replicasForAverageValue(pool.waiting + pool.running, runsPerReplica, current, behavior));
    return hpa.sync(now, current, mostReplicas(asked, current));
  };
}

function scrape(pool: Pool, at: number, readySeconds: number): Sample {
  const { waiting, running, accepted, acceptedWork } = pool;
  const [work, busySeconds] = [pool.work(at), pool.busySeconds(at)];
  return { at, runs: waiting + running, accepted, work, acceptedWork, busySeconds, readySeconds };
}
