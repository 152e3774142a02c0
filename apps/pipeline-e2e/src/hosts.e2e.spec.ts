import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MedleyClient, type GenerationBody, type GenerationUpdate } from '@medley/client';
import type { AppProcess } from '@medley/testing';
import { Cluster } from '@medley/testing/cluster';
import { HOST_KIND, Hosts, type Host } from '@medley/testing/hosts';
import { logged } from './fixtures/event-log.ts';
import { expectSuccess, follow, followOn } from './fixtures/outputs.ts';

jest.setTimeout(300_000);

/** Longer than the lock of a job (5 s): whoever had it has lost it. */
const CUT_MILLISECONDS = 7_000;

const TEXT = { type: 'text', text: 'a dog' } as const;
const OUTPUTS: GenerationBody['outputs'] = [{ type: 'text' }, { type: 'image' }, { type: 'audio' }, { type: 'video' }];
const PICTURE: GenerationBody = { conditions: [TEXT], outputs: [{ type: 'image' }], steps: 4 };
const LONG: GenerationBody = { conditions: [TEXT], outputs: OUTPUTS, steps: 250, samples: 2 };

let cluster: Cluster;
let hosts: Hosts;
let client: MedleyClient;
let [near, far]: Host[] = [];
let workers: AppProcess[] = [];

beforeAll(async () => {
  cluster = await Cluster.start('e2e-hosts');
  hosts = await Hosts.start(cluster);
  [near, far] = [await hosts.add(2), await hosts.add(3)];
  const gateway = await cluster.run('gateway');
  client = new MedleyClient({ url: gateway.api, key: cluster.key });
});
afterEach(async () => {
  for (const worker of workers) await worker.end('SIGTERM');
  workers = [];
});
afterAll(async () => {
  await cluster.close();
  await hosts.close();
});

const isStage = (event: GenerationUpdate, stage: string, state: 'started' | 'completed') =>
  event.type === 'stage' && event.stage === stage && event.state === state;

/** The first event that `wanted` holds for. */
async function until(id: string, wanted: (event: GenerationUpdate) => boolean): Promise<void> {
  for await (const event of client.events(id)) if (wanted(event)) return;
  throw new Error(`${id} ended before that`);
}

const encoded = (id: string) => until(id, (event) => isStage(event, 'encode', 'completed'));

describe(`workers on another host, which is a ${HOST_KIND}`, () => {
  it('lose nothing when it is cut off in the middle of a job and comes back', async () => {
    const apps = ['encoder-worker', 'diffusion-worker', 'decoder-worker'] as const;
    workers = await Promise.all(apps.map((app) => near!.run(app)));
    const { id } = await client.create(LONG);
    const interrupted = followOn(client, id);
    await until(id, (event) => event.type === 'step' && event.step >= 2);

    near!.cut();
    const meanwhile = await client.create(PICTURE);
    expect(meanwhile.status).toBe('queued');
    const accepted = followOn(client, meanwhile.id);
    await delay(CUT_MILLISECONDS);
    expect((await client.get(id)).status).toBe('diffusing');
    near!.mend();

    const all = [await interrupted, await accepted, await follow(client, PICTURE)];
    for (const { generation, events } of all) {
      expectSuccess(generation);
      const log = logged(events);
      expect(log.filter(({ type }) => type === 'succeeded').length).toBe(1);
      expect(log[0]!.type).toBe('accepted');
    }
    // The lock was lost, so the run may have been begun once more, and the stream says so.
    const begun = all.map(({ events }) => events.filter((event) => isStage(event, 'diffuse', 'started')).length);
    expect([
      [1, 1, 1],
      [2, 1, 1],
    ]).toContainEqual(begun);
  });

  it('fetch tensors from each other, and from storage where the other is cut off', async () => {
    const [encoder, diffusion, decoder] = await Promise.all([
      far!.run('encoder-worker', { MEDLEY_INLINE_BYTES: '0' }),
      near!.run('diffusion-worker', { MEDLEY_RUNS: '1' }),
      near!.run('decoder-worker'),
    ]);
    workers = [encoder, diffusion, decoder];
    const fetched = (worker: AppProcess, source: string) =>
      worker.count('tensor_fetch_seconds_count', `source="${source}"`);
    expectSuccess((await follow(client, PICTURE)).generation);
    expect(await fetched(diffusion, 'peer')).toBeGreaterThan(0);
    expect(await fetched(decoder, 'peer')).toBeGreaterThan(0);
    expect(await fetched(diffusion, 'object')).toBe(0);

    // One is in the only place, another one waits behind it, and a third was encoded after that.
    const first = await client.create({ ...LONG, samples: 8 });
    await until(first.id, ({ type }) => type === 'step');
    const waiting = await client.create({ ...PICTURE, conditions: [{ type: 'text', text: 'a cat' }] });
    await encoded(waiting.id);
    const last = await client.create({ ...PICTURE, conditions: [{ type: 'text', text: 'a bird' }] });
    await encoded(last.id);
    far!.cut();
    await client.cancel(first.id);
    expectSuccess((await followOn(client, waiting.id)).generation);
    expect(await fetched(diffusion, 'object')).toBeGreaterThan(0);
    far!.mend();
    expectSuccess((await followOn(client, last.id)).generation);
    expectSuccess((await follow(client, { ...PICTURE, conditions: [{ type: 'text', text: 'a fish' }] })).generation);
  });
});
