import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { objectKeys, readResult, type AssetStore, type CommitPorts, type GenerationRequest } from '@medley/domain';
import { tombstone } from '../generations/erase-generation.ts';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';
import { Reconciler } from './reconciler.ts';

let backends: Backends;
let gateway: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends);
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

const signal = new AbortController().signal;
let repairs: string[];
beforeEach(() => {
  repairs = [];
});

/** The storage as it will be when the grace time is over: its clock alone is ahead. */
function later(store: AssetStore, milliseconds: number): AssetStore {
  return new Proxy(store, {
    get: (target, name) => {
      if (name !== 'head') return (target[name as keyof AssetStore] as () => unknown).bind(target);
      return async (key: string) => {
        const head = await target.head(key);
        if (head === undefined || !key.startsWith('checks/')) return head;
        return { ...head, lastModified: new Date(head.lastModified.getTime() + milliseconds) };
      };
    },
  });
}

/** By default when the ten seconds are over that a generation is left to its gateway. */
async function pass(milliseconds = 11_000): Promise<number> {
  const ports: CommitPorts = { ...backends.ports, store: later(backends.store, milliseconds) };
  const reconciler = new Reconciler(ports, async () => 5, {
    repaired: ({ type }) => void repairs.push(type),
    failed: (error) => {
      throw error;
    },
  });
  return reconciler.pass(signal);
}

const stages = async (request: GenerationRequest, epoch: number) => {
  const jobs = await backends.ports.queue.jobStates(request, epoch);
  return Object.fromEntries([...jobs.values()].map(({ stage, state }) => [stage, state]));
};
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await setImmediate();
}
const live = { encode: 'live', diffuse: 'live', decode: 'absent', assemble: 'absent' };

/** A gateway that died between the put and the queue. */
async function acceptedOnly(): Promise<GenerationRequest> {
  const id = await gateway.accept();
  const request = (await backends.openRequest(id))!;
  await backends.ports.queue.removeJobs(request, 1);
  await backends.ports.live.remove(id);
  await backends.ports.events.remove(id);
  return request;
}

describe('a pass of the reconciler', () => {
  it('leaves alone what is fine, and what was accepted just now', async () => {
    const id = await gateway.accept();
    expect(await pass(0)).toBeGreaterThan(0);
    await pass();
    expect(repairs).toEqual([]);
    await backends.commit(id, { status: 'canceled' });
  });

  it('queues what a gateway accepted before it died', async () => {
    const request = await acceptedOnly();
    await pass();
    expect(repairs).toEqual(['next-epoch']);
    expect(await stages(request, 2)).toEqual(live);
    expect(await backends.ports.live.read(request.id)).toMatchObject({ epoch: 2, status: 'queued', turn: 5 });
    await pass(0);
    expect(repairs).toHaveLength(1);
    await backends.commit(request.id, { status: 'canceled' });
  });

  it('rebuilds a Redis that was flushed, in the list of the key too', async () => {
    const ids = [await gateway.accept(), await gateway.accept(), await gateway.accept()];
    await backends.queue.connections.patient.flushall();
    expect((await gateway.json<{ data: unknown[] }>('/v1/generations')).body.data).toEqual([]);
    await pass();
    expect(repairs).toEqual(ids.map(() => 'next-epoch'));
    for (const id of ids) {
      expect(await stages((await backends.openRequest(id))!, 2)).toEqual(live);
      expect(await backends.ports.events.trimmed(id)).toBe(false);
    }
    const { body } = await gateway.json<{ data: { id: string }[] }>('/v1/generations');
    expect(body.data.map(({ id }) => id)).toEqual(ids.reverse());
    for (const id of ids) await backends.commit(id, { status: 'canceled' });
    const told = await (await gateway.call(`/v1/generations/${ids[0]}/events`)).text();
    expect(told.match(/^(id|event): .*$/gm)).toEqual(['id: 2-0', 'event: accepted', 'id: 2-1', 'event: canceled']);
  });

  it('finishes what a worker committed before it died', async () => {
    const id = await gateway.accept();
    const request = (await backends.openRequest(id))!;
    await backends.commit(id, { status: 'succeeded', outputs: [] });
    await backends.store.put(objectKeys.open(id), Buffer.from(JSON.stringify(request)), { contentType: 'a/b' });
    await pass(0);
    expect(repairs).toEqual(['finish']);
    expect(await backends.openRequest(id)).toBeUndefined();
  });

  it('takes up a deletion that was cut short', async () => {
    const id = await gateway.accept();
    const request = (await backends.openRequest(id))!;
    const output = objectKeys.output(id, 1, 1, 'token', 'image.png');
    await backends.store.put(output, Buffer.from('x'), { contentType: 'image/png' });
    await backends.commit(id, { status: 'succeeded', outputs: [] });
    const buried = tombstone((await readResult(backends.store, id))!);
    for (const [key, content] of [
      [objectKeys.open(id), request],
      [objectKeys.result(id), buried],
    ] as const)
      await backends.store.put(key, Buffer.from(JSON.stringify(content)), { contentType: 'a/b' });
    await pass(0);
    expect(await backends.keys(`generations/${id}/`)).toEqual([objectKeys.result(id)]);
    expect(await backends.openRequest(id)).toBeUndefined();
  });

  it('fails what is late, and what nothing ever finishes, and stops what still runs', async () => {
    const late = await gateway.accept({ ...PICTURE, deadline_seconds: 5 });
    const doomed = await acceptedOnly();
    for (const epoch of [2, 3, 4, 5])
      await backends.store.put(objectKeys.epoch(doomed.id, epoch), Buffer.alloc(0), { contentType: 'a/b' });
    await pass();
    expect((await readResult(backends.store, late))!.error).toMatchObject({ code: 'deadline_exceeded' });
    expect((await readResult(backends.store, doomed.id))!.error).toMatchObject({ code: 'worker_crashed' });
    for (const id of [late, doomed.id]) expect(await backends.ports.live.isCanceled(id)).toBe(true);
  });
});

describe('the role', () => {
  it('is taken by one gateway at a time, which counts what is open', async () => {
    const id = await gateway.accept();
    const environment = { GATEWAY_ROLES: 'reconciler', MEDLEY_RECONCILE_SECONDS: '0.1' };
    const holder = await TestGateway.start(backends, environment);
    const open = /^medley_generations_in_flight\{[^}]*\} 1$/m;
    await until(async () => open.test(await holder.metrics.text()));
    const idle = await TestGateway.start(backends, environment);
    expect(await idle.metrics.text()).not.toMatch(open);
    await holder.close();
    await until(async () => open.test(await idle.metrics.text()));
    await idle.close();
    await backends.commit(id, { status: 'canceled' });
  });
});
