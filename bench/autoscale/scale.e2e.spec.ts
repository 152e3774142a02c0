import { setInterval } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MedleyClient, type Generation, type GenerationBody, type GenerationUpdate } from '@medley/client';
import { generationResult, objectKeys } from '@medley/domain';
import type { AppProcess } from '@medley/testing';
import { Cluster } from '@medley/testing/cluster';
import { scrapePool } from './gateway-scrape.fixture.ts';
import { SYNC_SECONDS } from './horizontal-pod-autoscaler.ts';
import { WORK_AND_LOAD, type Sample } from './policies.ts';
import { PoolAutoscaler } from './pool-autoscaler.ts';
import { RECOMMENDED_SCALING } from './recommended-settings.ts';
import { AS_RECOMMENDED } from './sweep.ts';
import { WorkerPool } from './worker-pool.fixture.ts';

jest.setTimeout(300_000);

/**
 * A second of the test is half a minute to the policy: it is told of the moments and of the seconds of work times this, and is
 * otherwise as it is recommended and simulated.
 */
const TIMES = 30;
const MOST_WORKERS = 4;
/** Seconds of predicted work that come at once: half as much again as asks for the most workers by the load alone. */
const BURST_SECONDS = 15;

const CLIP: GenerationBody = {
  conditions: [{ type: 'text', text: 'a dog' }],
  outputs: [{ type: 'video' }],
  steps: 250,
  samples: 2,
};

let cluster: Cluster;
let gateway: AppProcess;
let client: MedleyClient;
let pool: WorkerPool;

beforeEach(async () => {
  cluster = await Cluster.start('e2e-scale');
  pool = new WorkerPool(cluster, { MEDLEY_RUNS: '1' });
  pool.resize(1);
  [gateway] = await Promise.all([
    cluster.run('gateway', { variables: { MEDLEY_GENERATIONS_IN_FLIGHT: '1000' } }),
    cluster.run('encoder-worker'),
    cluster.run('decoder-worker'),
    pool.whole(),
  ]);
  client = new MedleyClient({ url: gateway.api, key: cluster.key });
});
afterEach(() => cluster.close());

interface Followed {
  generation: Generation;
  events: GenerationUpdate[];
}

async function follow(id: string): Promise<Followed> {
  const events: GenerationUpdate[] = [];
  for await (const event of client.events(id)) events.push(event);
  return { generation: await client.get(id), events };
}

const begin = async () => (await client.create(CLIP)).id;

const count = (events: readonly GenerationUpdate[], stage: string, state: string) =>
  events.filter((event) => event.type === 'stage' && event.stage === stage && event.state === state).length;

/** Succeeded, ended once, and came to the end of each stage once, in its first epoch. */
async function expectOnce({ generation, events }: Followed): Promise<void> {
  expect({ status: generation.status, error: generation.error }).toEqual({ status: 'succeeded', error: undefined });
  expect(events.filter(({ type }) => /^(succeeded|failed|canceled)$/.test(type)).length).toBe(1);
  expect(['encode', 'diffuse', 'decode'].map((stage) => count(events, stage, 'completed'))).toEqual([1, 1, 2]);
  const stored = await cluster.stores.storage.store.get(objectKeys.result(generation.id));
  const { epoch } = generationResult.parse(JSON.parse(Buffer.from(stored!.body).toString('utf8')));
  expect(epoch).toBe(1);
}

/** Seconds of work of one clip, from as many as it takes until the workers have told what it costs. */
async function measuredSeconds(): Promise<number> {
  for (;;) {
    await expectOnce(await follow(await begin()));
    const { seconds, measured } = await client.estimate(CLIP);
    if (measured) return seconds;
  }
}

/** Scales the pool by what the gateway tells: KEDA's poll and the HPA's sync come with each scrape. */
class Scaling {
  readonly #autoscaler = new PoolAutoscaler(
    { policy: WORK_AND_LOAD, target: RECOMMENDED_SCALING.gpusPerLoad, ...AS_RECOMMENDED },
    { minimum: 1, maximum: MOST_WORKERS },
  );
  readonly #samples: Sample[] = [];

  async look(): Promise<void> {
    const { work, acceptedWork, ...counts } = await scrapePool(gateway);
    const now = (TIMES * performance.now()) / 1000;
    const seconds = { work: TIMES * work, acceptedWork: TIMES * acceptedWork };
    this.#samples.push({ at: now, ...counts, ...seconds, busySeconds: 0, readySeconds: 0 });
    while (this.#samples[0]!.at < now - WORK_AND_LOAD.window) this.#samples.shift();
    const view = () => ({ size: pool.size, ready: pool.ready, runs: counts.runs });
    pool.resize(this.#autoscaler.poll(now, view()));
    pool.resize(this.#autoscaler.sync(now, view(), this.#samples));
  }

  async until(done: () => boolean): Promise<void> {
    for await (const _ of setInterval((SYNC_SECONDS * 1000) / TIMES)) {
      await this.look();
      if (done()) return;
    }
  }
}

describe('a pool that is scaled by the recommended policy', () => {
  it('grows under a burst and shrinks after it, and every generation ends once', async () => {
    const clips = Math.ceil(BURST_SECONDS / (await measuredSeconds()));
    const scaling = new Scaling();
    await scaling.look();
    const burst = Promise.all(Array.from({ length: clips }, async () => follow(await begin())));
    let served = false;
    const over = () => (served = true);
    burst.then(over, over);
    await scaling.until(() => served && pool.size === 1);
    expect([pool.sizes[0], Math.max(...pool.sizes), pool.sizes.at(-1)]).toEqual([1, MOST_WORKERS, 1]);
    expect(new Set(await pool.ended())).toEqual(new Set([0]));
    for (const one of await burst) await expectOnce(one);
  });
});

describe('a worker that is told to go', () => {
  it('hands its run back, which another one brings to its end', async () => {
    pool.resize(2);
    await pool.whole();
    const ids = [await begin(), await begin()];
    const followed = Promise.all(ids.map(follow));
    await Promise.all(ids.map(untilStep));
    pool.resize(1);
    expect(await pool.ended()).toEqual([0]);
    const all = await followed;
    for (const one of all) await expectOnce(one);
    expect(all.map(({ events }) => count(events, 'diffuse', 'started')).sort()).toEqual([1, 2]);
  });
});

async function untilStep(id: string): Promise<void> {
  for await (const { type } of client.events(id)) if (type === 'step') return;
  throw new Error(`${id} ended before its first step`);
}
