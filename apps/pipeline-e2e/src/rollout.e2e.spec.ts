import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MedleyClient, type GenerationBody } from '@medley/client';
import type { AppProcess } from '@medley/testing';
import { Cluster, type ClusterApp } from '@medley/testing/cluster';
import { Balancer } from './fixtures/balancer.ts';
import { logged } from './fixtures/event-log.ts';
import { expectSuccess, follow, type Ended } from './fixtures/outputs.ts';

jest.setTimeout(300_000);

const CLIENTS = 2;
const BODY: GenerationBody = {
  conditions: [{ type: 'text', text: 'a dog' }],
  outputs: [{ type: 'text' }, { type: 'image' }, { type: 'audio' }, { type: 'video' }],
  steps: 24,
};
/** Two gateways, so that one answers while the other goes. */
const APPS: readonly ClusterApp[] = ['encoder-worker', 'diffusion-worker', 'decoder-worker', 'gateway', 'gateway'];

let cluster: Cluster;
let balancer: Balancer;
let running: AppProcess[];

beforeAll(async () => {
  cluster = await Cluster.start('e2e-rollout');
  running = await Promise.all(APPS.map((app) => cluster.run(app)));
  balancer = new Balancer(running.map(({ api }) => api).filter((api) => api !== ''));
});
afterAll(() => cluster.close());

/** Clients that each ask for one generation after another, and follow it to its end. */
class Load {
  readonly #client: MedleyClient;
  readonly #clients: Promise<void>[];
  readonly ended: Ended[] = [];
  #over = false;
  #waiting: { ends: number; resolve: () => void }[] = [];

  constructor(client: MedleyClient) {
    this.#client = client;
    this.#clients = Array.from({ length: CLIENTS }, (_, seed) => this.#run(seed));
  }

  /** Resolves when so many more generations have ended; rejects when a client could not go on. */
  async more(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ ends: this.ended.length + count, resolve });
    await Promise.race([promise, Promise.all(this.#clients)]);
  }

  async finish(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#clients);
  }

  async #run(seed: number): Promise<void> {
    while (!this.#over) {
      this.ended.push(await follow(this.#client, { ...BODY, seed }));
      for (const { ends, resolve } of this.#waiting) if (this.ended.length >= ends) resolve();
    }
  }
}

describe('a rolling update', () => {
  it('under load fails no generation, and turns no request away', async () => {
    // Its own retries would hide what is turned away.
    const client = new MedleyClient({ url: 'http://medley', key: cluster.key, fetch: balancer.fetch, retries: 0 });
    const load = new Load(client);
    await load.more(CLIENTS);
    for (const [index, app] of APPS.entries()) {
      const old = running[index]!;
      const fresh = await cluster.run(app);
      // The manifests let a gateway that goes live on until it is in nobody's list any more (preStop).
      await balancer.replace(old.api, fresh.api);
      expect(await old.end('SIGTERM')).toBe(0);
      // All that were in hand have ended, and as many that came after it.
      await load.more(2 * CLIENTS);
    }
    await load.finish();
    expect(balancer.failures).toEqual([]);
    for (const { generation, events } of load.ended) {
      expectSuccess(generation);
      const log = logged(events);
      expect(log.filter(({ type }) => /^(succeeded|failed|canceled)$/.test(type)).length).toBe(1);
      expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
    }
  });
});
