import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clearLateTensors, contentDigest, objectKeys, readResult } from '@medley/domain';
import { isUse, pinInput, releaseInputs } from '../assets/generation-inputs.ts';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';

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

const cancel = (id: string) => gateway.json<{ status: string }>(`/v1/generations/${id}/cancel`, { method: 'POST' });
const erase = async (id: string) => (await gateway.call(`/v1/generations/${id}`, { method: 'DELETE' })).status;
const text = { contentType: 'text/plain' };

describe('POST /v1/generations/{id}/cancel', () => {
  it('ends the generation, its jobs and its open object, and tells the workers', async () => {
    const id = await gateway.accept();
    const request = (await backends.openRequest(id))!;
    await backends.store.put(objectKeys.tensor(id, 'a'), Buffer.from('x'), text);
    expect(await cancel(id)).toMatchObject({ status: 200, body: { status: 'canceled' } });
    expect(await backends.openRequest(id)).toBeUndefined();
    expect(await backends.keys(objectKeys.tensorPrefix(id))).toEqual([]);
    expect(await backends.ports.live.isCanceled(id)).toBe(true);
    const jobs = await backends.ports.queue.jobStates(request, 1);
    expect(new Set([...jobs.values()].map(({ state }) => state))).toEqual(new Set(['absent']));
    expect(await cancel(id)).toMatchObject({ status: 200, body: { status: 'canceled' } });
  });

  it('stands although another epoch has begun meanwhile', async () => {
    const id = await gateway.accept();
    const request = (await backends.openRequest(id))!;
    const { live, events, queue } = backends.ports;
    await live.create(request, 2);
    await events.append(id, 2, { type: 'stage', stage: 'encode', state: 'started', role: 0 });
    await queue.addEncodeFlow(request, 2, 1);
    await backends.commit(id, { status: 'canceled' });
    expect((await gateway.json(`/v1/generations/${id}`)).body['status']).toBe('canceled');
    expect(await (await gateway.call(`/v1/generations/${id}/events`)).text()).toContain('event: canceled');
    for (const epoch of [1, 2]) {
      const jobs = await queue.jobStates(request, epoch);
      expect(new Set([...jobs.values()].map(({ state }) => state))).toEqual(new Set(['absent']));
    }
  });

  it('lets no stage leave tensors behind that were stored too late', async () => {
    const id = await gateway.accept();
    const store = () => backends.store.put(objectKeys.tensor(id, 'a'), Buffer.from('x'), text);
    await store();
    await clearLateTensors(backends.ports, id);
    expect(await backends.keys(objectKeys.tensorPrefix(id))).toHaveLength(1);
    await cancel(id);
    await store();
    expect(await backends.ports.live.update(id, 1, { status: 'encoding' })).toBe(false);
    await clearLateTensors(backends.ports, id);
    expect(await backends.keys(objectKeys.tensorPrefix(id))).toEqual([]);
  });

  it('clears more tensors than one page of a list holds', async () => {
    const id = await gateway.accept();
    const keys = Array.from({ length: 1001 }, (_, index) => objectKeys.tensor(id, String(index)));
    for (let at = 0; at < keys.length; at += 50)
      await Promise.all(keys.slice(at, at + 50).map((key) => backends.store.put(key, Buffer.from('x'), text)));
    await cancel(id);
    expect(await backends.keys(objectKeys.tensorPrefix(id))).toEqual([]);
  });

  it('answers what came first', async () => {
    const id = await gateway.accept();
    await backends.commit(id, { status: 'succeeded', outputs: [] });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { status: 'succeeded' } });
  });

  it('racing the end, all see one outcome', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await gateway.accept();
      const racers = [cancel(id), backends.commit(id, { status: 'succeeded', outputs: [] }), cancel(id)];
      const [first, , last] = (await Promise.all(racers)) as { body: { status: string } }[];
      const result = (await readResult(backends.store, id))!;
      expect([first!.body.status, last!.body.status]).toEqual([result.status, result.status]);
      const { body } = await gateway.json(`/v1/generations/${id}`);
      expect(body['status']).toBe(result.status);
    }
  });
});

describe('DELETE /v1/generations/{id}', () => {
  it('cancels what is open and is 410 from then on', async () => {
    const id = await gateway.accept();
    expect(await erase(id)).toBe(204);
    for (const path of ['', '/events', '/outputs/0']) {
      expect((await gateway.call(`/v1/generations/${id}${path}`)).status).toBe(410);
    }
    expect(await erase(id)).toBe(204);
    expect(await backends.openRequest(id)).toBeUndefined();
    expect(await backends.ports.live.read(id)).toBeUndefined();
    expect(await backends.ports.live.isCanceled(id)).toBe(true);
  });

  it('erases inputs, outputs and caches, and keeps nothing that the client sent', async () => {
    const data = `data:image/gif;base64,${Buffer.from('GIF89a\x01\x00\x01\x00 erased').toString('base64')}`;
    const body = { ...PICTURE, conditions: [{ type: 'image', data }, ...PICTURE.conditions], negative: 'a secret cat' };
    const id = await gateway.accept({ ...body, metadata: { order: '1234' } });
    const { owner, bundle } = (await backends.openRequest(id))!;
    const output = objectKeys.output(id, 1, 1, 'token', 'image.png');
    const embedding = objectKeys.embedding(owner, bundle.digest, contentDigest('text', 'a secret cat'));
    for (const key of [output, embedding]) await backends.store.put(key, Buffer.from('x'), text);
    const record = {
      type: 'image',
      role: 'primary',
      sample: 0,
      key: output,
      sha256: 'a',
      bytes: 1,
      content_type: 'image/png',
    } as const;
    await backends.commit(id, { status: 'succeeded', outputs: [record] });
    expect(await erase(id)).toBe(204);
    expect(await backends.keys(`assets/${owner}/`)).toEqual([]);
    expect(await backends.keys('embeddings/')).toEqual([]);
    expect(await backends.keys(`generations/${id}/`)).toEqual([objectKeys.result(id)]);
    const tombstone = await backends.store.get(objectKeys.result(id));
    expect(Buffer.from(tombstone!.body).toString()).not.toMatch(/dog|cat|1234|ast_/);
  });

  it('leaves an asset that another generation uses, until that is deleted too', async () => {
    const data = `data:image/gif;base64,${Buffer.from('GIF89a\x01\x00\x01\x00 shared').toString('base64')}`;
    const body = { ...PICTURE, conditions: [{ type: 'image', data }] };
    const [first, second] = [await gateway.accept(body), await gateway.accept(body)];
    const { owner } = (await backends.openRequest(first))!;
    await erase(first);
    expect(await backends.keys(`assets/${owner}/`)).toHaveLength(1);
    await erase(second);
    expect(await backends.keys(`assets/${owner}/`)).toEqual([]);
  });

  const GIF = Buffer.from('GIF89a\x01\x00\x01\x00 sent anew');
  const upload = async () => {
    const headers = { 'content-type': 'image/gif' };
    return (await gateway.json<{ id: string }>('/v1/assets', { method: 'POST', body: GIF, headers })).body.id;
  };

  it('asked for twice at once, leaves alone what the client sends anew after the first', async () => {
    const id = await gateway.accept({ ...PICTURE, conditions: [{ type: 'image', asset: await upload() }] });
    const request = (await backends.openRequest(id))!;
    await erase(id);
    const again = await upload();
    await releaseInputs(backends.store, request); // The second one has read the request before the first was done.
    expect(await backends.keys(`assets/${request.owner}/`)).toEqual([objectKeys.asset(request.owner, again)]);
    expect((await gateway.call(`/v1/assets/${again}`, { method: 'DELETE' })).status).toBe(204);
  });

  it('leaves nothing of a URL that is fetched meanwhile', async () => {
    const url = { ...PICTURE, conditions: [{ type: 'image', url: 'https://example.com/dog.gif' }] };
    const id = await gateway.accept(url);
    const request = (await backends.openRequest(id))!;
    const asset = { id: await upload(), content_type: 'image/gif', sha256: 'a', bytes: GIF.byteLength };
    await pinInput(backends.store, request, 0, asset);
    const pins = await backends.keys(objectKeys.inputPrefix(id));
    expect(pins).toHaveLength(1);
    await erase(id);
    expect(await backends.keys(`assets/${request.owner}/`)).toEqual([]);
    // The fetch ends when the tombstone stands.
    await upload();
    await expect(pinInput(backends.store, request, 0, asset)).rejects.toMatchObject({ code: 'canceled' });
    const left = async () => [
      ...(await backends.keys(`assets/${request.owner}/`)),
      ...(await backends.keys(`uses/${request.owner}/`)),
      ...(await backends.keys(objectKeys.inputPrefix(id))),
    ];
    expect(await left()).toEqual([]);
    // It has pinned something after the inputs were released, and before the tombstone: a pin is found by its own.
    await backends.store.put(objectKeys.asset(request.owner, asset.id), GIF, text);
    await backends.store.put(objectKeys.assetUse(request.owner, asset.id, id), Buffer.alloc(0), text);
    await backends.store.put(pins[0]!, Buffer.from(JSON.stringify(asset)), text);
    expect(await erase(id)).toBe(204);
    expect(await left()).toEqual([]);
  });

  it('is not asked for by the mark of a generation that never stood', async () => {
    const json = { ...PICTURE, conditions: [{ type: 'image', asset: await upload() }] };
    const id = await gateway.accept(json);
    const { owner } = (await backends.openRequest(id))!;
    const [mark] = (await backends.keys(`uses/${owner}/`)) as [string];
    const stray = mark.replace(id, 'gen_'.padEnd(30, '0'));
    await backends.store.put(stray, Buffer.alloc(0), text);
    const [now, later] = [new Date(), new Date(Date.now() + 3_600_000)];
    const uses = (time: Date) => Promise.all([mark, stray].map((one) => isUse(backends.store, one, time)));
    expect([await uses(now), await uses(later)]).toEqual([
      [true, true],
      [true, false],
    ]);
    await backends.store.delete([stray]);
    await erase(id);
    expect(await isUse(backends.store, mark, now)).toBe(false);
  });
});
