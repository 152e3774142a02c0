import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MedleyClient } from '@medley/client';
import { generationResult } from '@medley/domain';
import { FaultProxy, type AppProcess, type ObjectStorage } from '@medley/testing';
import { Cluster, type ClusterApp } from '@medley/testing/cluster';
import { chaosSettings } from './env.ts';
import { Balancer } from './fixtures/balancer.ts';
import { download } from './fixtures/outputs.ts';
import { SeededChoice } from './fixtures/seeded-choice.ts';
import { SteadyLoad } from './fixtures/steady-load.ts';
import { WebhookInbox } from './fixtures/webhook-inbox.ts';

const { seconds, seed } = chaosSettings();
/** Beside the faults: the start, the last recovery, and all that is looked at in the end. */
const REST_MILLISECONDS = 600_000;
jest.setTimeout(seconds * 1_000 + REST_MILLISECONDS);

/** Longer than the lock of a job (5 s): whoever had it has lost it. */
const STANDSTILL_MILLISECONDS = 7_000;
const STORAGE_AWAY_MILLISECONDS = 5_000;
/** Within which nothing is open or owed any more, when no more comes. */
const QUIET_MILLISECONDS = 60_000;
const LOOK_MILLISECONDS = 250;
/** Requests that are not answered are sent again so often: for some minutes. */
const RETRIES = 30;

const APPS: readonly ClusterApp[] = [
  'encoder-worker',
  'diffusion-worker',
  'diffusion-worker',
  'decoder-worker',
  'gateway',
  'gateway',
];

interface Running {
  app: ClusterApp;
  process: AppProcess;
}

let cluster: Cluster;
let storageProxy: FaultProxy;
let inbox: WebhookInbox;
let balancer: Balancer;
let client: MedleyClient;
let running: Running[];

const choice = new SeededChoice(seed);
const begun = performance.now();
const say = (line: string) =>
  process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${line}\n`);

async function start(app: ClusterApp): Promise<Running> {
  const { redis, storage } = cluster.stores;
  const options: ObjectStorage['options'] = { ...storage.options, endpoint: `http://${storageProxy.address}` };
  const variables =
    app === 'gateway'
      ? { MEDLEY_WEBHOOK_ALLOW: '127.0.0.1', MEDLEY_REQUESTS_PER_MINUTE: '1000000', MEDLEY_RECONCILE_SECONDS: '1' }
      : {};
  return { app, process: await cluster.run(app, { stores: { redis, storage: { options } }, variables }) };
}

beforeAll(async () => {
  cluster = await Cluster.start('long-chaos');
  storageProxy = await FaultProxy.start(new URL(cluster.stores.storage.options.endpoint).host, []);
  inbox = await WebhookInbox.open();
  running = await Promise.all(APPS.map(start));
  balancer = new Balancer(running.map(({ process: { api } }) => api).filter((api) => api !== ''));
  client = new MedleyClient({ url: 'http://medley', key: cluster.key, fetch: balancer.fetch, retries: RETRIES });
});
afterAll(async () => {
  await cluster.close();
  await storageProxy.close();
  inbox.close();
});

const one = (kind: 'worker' | 'gateway') =>
  choice.of(running.filter(({ app }) => (app === 'gateway') === (kind === 'gateway')));

/** Ends a process; another one takes its place. */
async function replace(old: Running, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  expect(await old.process.end(signal)).toBe(signal === 'SIGTERM' ? 0 : null);
  const fresh = await start(old.app);
  running[running.indexOf(old)] = fresh;
  if (old.app === 'gateway') await balancer.replace(old.process.api, fresh.process.api);
}

/** What each fault is, and how it is done; it says whom it hits. */
const FAULTS: Record<string, () => Promise<void>> = {
  'kill -9 of a worker': async () => {
    const worker = one('worker');
    say(`  ${worker.app}`);
    await replace(worker, 'SIGKILL');
  },
  'SIGTERM of a worker': async () => {
    const worker = one('worker');
    say(`  ${worker.app}`);
    await replace(worker, 'SIGTERM');
  },
  'kill -9 of a gateway': () => replace(one('gateway'), 'SIGKILL'),
  'SIGSTOP of a worker beyond its lock': async () => {
    const worker = one('worker');
    say(`  ${worker.app}`);
    process.kill(worker.process.id, 'SIGSTOP');
    await delay(STANDSTILL_MILLISECONDS);
    process.kill(worker.process.id, 'SIGCONT');
  },
  'kill -9 of Redis': async () => {
    await cluster.stores.redis.kill();
    await cluster.stores.redis.restart();
  },
  'Redis emptied': async () => {
    await promisify(execFile)('redis-cli', ['-u', cluster.stores.redis.url, 'FLUSHALL']);
  },
  'storage away': async () => {
    storageProxy.hold();
    await delay(STORAGE_AWAY_MILLISECONDS);
    storageProxy.release();
  },
};

/** Apps that have ended and were not ended. */
const dead = () => running.filter(({ process: { running: lives } }) => !lives).map(({ app }) => app);

/** All faults in an order of their own, again and again until the time is over. */
async function goThrough(load: SteadyLoad): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  for (let order: string[] = []; performance.now() < end;) {
    if (order.length === 0) order = choice.shuffled(Object.keys(FAULTS));
    const name = order.shift()!;
    say(name);
    await FAULTS[name]!();
    await load.round();
    expect(dead()).toEqual([]);
  }
}

/** What stays below a prefix of the bucket, when it has had its time to go. */
async function leftBelow(prefix: string): Promise<string[]> {
  const { store } = cluster.stores.storage;
  for (const end = performance.now() + QUIET_MILLISECONDS; ; await delay(LOOK_MILLISECONDS)) {
    const { keys } = await store.list(prefix);
    if (keys.length === 0 || performance.now() > end) return keys;
  }
}

/** Every generation that has a result in S3. */
async function resultsInStorage(): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await cluster.stores.storage.store.list('generations/', cursor === undefined ? {} : { cursor });
    ids.push(...page.keys.flatMap((key) => /^generations\/([^/]+)\/result\.json$/.exec(key)?.[1] ?? []));
    cursor = page.cursor;
    if (cursor === undefined) return ids.sort();
  }
}

describe('a service on which one fault comes after another', () => {
  it(`ends everything that it accepted as it should, once: ${seconds} s from the seed ${seed}`, async () => {
    const { store } = cluster.stores.storage;
    say(`MEDLEY_CHAOS_SECONDS=${seconds} MEDLEY_CHAOS_SEED=${seed}`);
    const load = new SteadyLoad({ client, store, inbox, seed });
    await load.round();
    await goThrough(load);
    await load.finish();
    say(`${load.ended.length} generations, ${load.ended.filter(({ canceled }) => canceled).length} of them canceled`);

    expect(await leftBelow('open/')).toEqual([]);
    expect(await leftBelow('notify/')).toEqual([]);
    // What was sent again under its Idempotency-Key is the same generation, and nothing else was made.
    expect(await resultsInStorage()).toEqual(load.ended.map(({ id }) => id).sort());
    for (const { id, path, canceled, result } of load.ended) {
      const { status } = generationResult.parse(JSON.parse(result));
      expect({ id, status }).toEqual({ id, status: canceled ?? 'succeeded' });
      const stands = await store.get(`generations/${id}/result.json`);
      expect(Buffer.from(stands!.body).toString('utf8')).toBe(result);
      const generation = await client.get(id);
      expect({ id, status: generation.status }).toEqual({ id, status });
      const files = await download(client, generation);
      expect(files.length > 0).toBe(status === 'succeeded');
      if (path === undefined) continue;
      const told = inbox.at(path);
      expect({ id, messages: new Set(told.map((message) => message.id)).size }).toEqual({ id, messages: 1 });
      for (const { type, data } of told) {
        expect(type).toBe(`generation.${status}`);
        expect(data).toMatchObject({ id, status });
      }
    }
    expect(dead()).toEqual([]);
    expect(await Promise.all(running.map(({ process: app }) => app.end('SIGTERM')))).toEqual(APPS.map(() => 0));
  });
});
