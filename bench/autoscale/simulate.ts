import { CostEstimate, type EstimateOptions } from './cost-estimate.ts';
import { SYNC_SECONDS } from './horizontal-pod-autoscaler.ts';
import type { Sample } from './policies.ts';
import { PoolAutoscaler, type Autoscaler, type PoolView } from './pool-autoscaler.ts';
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
  const scaler = new PoolAutoscaler(autoscaler, { minimum: minReplicaCount, maximum: setup.maxReplicas });
  const away = (at: number) => setup.outage !== undefined && at >= setup.outage.from && at < setup.outage.to;
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
      pool.resize(now, scaler.poll(now, viewOf(pool)));
    } else {
      nextSync += SYNC_SECONDS;
      if (pool.size > 0) pool.resize(now, scaler.sync(now, viewOf(pool), samples, away(now)));
    }
  }
  pool.resize(now, 0);
  const { gpuHours, waits, served, handedBack, peak } = pool;
  return { gpuHours, waits, served, handedBack, peak };
}

function viewOf({ size, ready, waiting, running }: Pool): PoolView {
  return { size, ready, runs: waiting + running };
}

function scrape(pool: Pool, at: number, readySeconds: number): Sample {
  const { waiting, running, accepted, acceptedWork } = pool;
  const [work, busySeconds] = [pool.work(at), pool.busySeconds(at)];
  return { at, runs: waiting + running, accepted, work, acceptedWork, busySeconds, readySeconds };
}
