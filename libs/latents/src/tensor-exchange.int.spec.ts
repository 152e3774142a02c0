import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { objectKeys } from '@medley/domain';
import { FaultProxy, ObjectStorage, type Fault } from '@medley/testing';
import { float32, tensor, tensorBytes, type Tensor } from '@medley/tensor';
import { createChannel, createClient, Status, type ClientError } from 'nice-grpc';
import { capabilityOf } from './capability.ts';
import { workerCertificate } from './certificates.fixture.ts';
import { CHUNK_BYTES } from './chunks.ts';
import { LatentsServiceDefinition, type FetchRequest } from './generated/medley/latents/v1/latents.ts';
import { LatentStore } from './latent-store.ts';
import { LatentsServer } from './latents-server.ts';
import { TensorExchange, type ExchangeEvent, type TensorExchangeOptions } from './tensor-exchange.ts';

// Megabytes through one process, on a machine that may do much else.
jest.setTimeout(60_000);

const GENERATION = 'gen_00000000000000000000000000';
const MEBIBYTE = 2 ** 20;
const common = { deployment: 'test', secret: 'the secret of a deployment' };
const { signal } = new AbortController();

let objects: ObjectStorage;
let store: LatentStore;
let server: LatentsServer;
let sentBytes: number;
let events: ExchangeEvent[];
const open: { close(): void | Promise<void> }[] = [];

beforeAll(async () => {
  objects = await ObjectStorage.start();
});
afterAll(() => objects.close());

beforeEach(async () => {
  store = new LatentStore({ budgetBytes: 256 * MEBIBYTE, leaseSeconds: 60 });
  sentBytes = 0;
  events = [];
  const observe = ({ bytes }: { bytes: number }) => void (sentBytes += bytes);
  server = await LatentsServer.listen({ store, host: '127.0.0.1', port: 0, ...common, observe });
  open.push(server);
});

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** The producing worker. */
function producer(options: Partial<TensorExchangeOptions> = {}): TensorExchange {
  const exchange = new TensorExchange({
    store,
    objects: objects.store,
    address: server.address,
    ...common,
    ...options,
  });
  open.push(exchange);
  return exchange;
}

/** Another worker, which holds nothing. */
function consumer(options: Partial<TensorExchangeOptions> = {}): TensorExchange {
  return producer({
    store: new LatentStore({ budgetBytes: 0, leaseSeconds: 60 }),
    address: 'localhost:1',
    idleSeconds: 30,
    deadlineSeconds: 30,
    observe: (event) => events.push(event),
    ...options,
  });
}

/** Numbers of which no two neighbouring chunks are equal. */
function numbers(bytes: number): Tensor<'float32'> {
  return float32(
    [bytes / 4],
    Float32Array.from({ length: bytes / 4 }, (_, at) => at % 65_537),
  );
}

async function throughProxy(sent: Tensor, faults: Fault[], options: Partial<TensorExchangeOptions> = {}) {
  const proxy = await FaultProxy.start(server.address, faults);
  open.push(proxy);
  const reference = await producer().publish(GENERATION, sent, signal);
  const received = await consumer(options).fetch(GENERATION, { ...reference, address: proxy.address }, signal);
  expect(Buffer.compare(tensorBytes(received), tensorBytes(sent))).toBe(0);
  return proxy;
}

const sources = () => events.map((event) => (event.type === 'fetched' ? event.source : event.type));

describe('TensorExchange', () => {
  it('hands on float32 and float16 of any size, by gRPC', async () => {
    const tensors = [
      float32([2, 3], Float32Array.of(1, -2, 3, NaN, Infinity, 0)),
      tensor('float16', [3], Uint16Array.of(1, 2, 3)),
      numbers(512 * 1024),
      numbers(3 * MEBIBYTE + 4),
      float32([0, 4]),
    ];
    const [from, to] = [producer(), consumer()];
    for (const sent of tensors) {
      const received = await to.fetch(GENERATION, await from.publish(GENERATION, sent, signal), signal);
      expect({ ...received, data: null }).toEqual({ ...sent, data: null });
      expect(Buffer.compare(tensorBytes(received), tensorBytes(sent))).toBe(0);
    }
    expect(sources()).toEqual(tensors.map(() => 'peer'));
  });

  it('hands on in its reference what is small, and moves nothing', async () => {
    const observe = (event: ExchangeEvent) => events.push(event);
    const [from, to] = [producer({ inlineBytes: 1024, observe }), consumer()];
    const [small, large] = [numbers(1024), numbers(1028)];
    const reference = await from.publish(GENERATION, small, signal);
    expect(await to.fetch(GENERATION, reference, signal)).toEqual(small);
    expect(events).toEqual([]);
    expect(store.heldBytes).toBe(0);
    expect(await objects.store.head(objectKeys.tensor(GENERATION, reference.digest))).toBeUndefined();

    expect(await to.fetch(GENERATION, await from.publish(GENERATION, large, signal), signal)).toEqual(large);
    expect(sources()).toEqual(['published', 'peer']);
  });

  it('takes from its own memory what it made itself', async () => {
    const exchange = producer({ observe: (event) => events.push(event) });
    const sent = numbers(400);
    const received = await exchange.fetch(GENERATION, await exchange.publish(GENERATION, sent, signal), signal);
    expect(received.data.buffer).toBe(sent.data.buffer);
    expect(sources()).toEqual(['published', 'store']);
  });

  it('asks again for a chunk that came damaged, and for no other', async () => {
    let changes = 1;
    const change = (part: Buffer) => {
      const at = part.indexOf(Buffer.alloc(64, 0x41));
      if (at !== -1 && changes-- > 0) part[at + 32] = 0x42;
    };
    const sent = tensor('float16', [2 * MEBIBYTE], new Uint16Array(2 * MEBIBYTE).fill(0x4141));
    await throughProxy(sent, [{ type: 'change', change }]);
    expect(sources()).toEqual(['peer']);
    expect(sentBytes).toBeLessThan(2 * 4 * MEBIBYTE + 1);
  });

  it('goes on from the offset after a connection was cut, and after a reset', async () => {
    const afterBytes = 5 * MEBIBYTE;
    const proxy = await throughProxy(numbers(16 * MEBIBYTE), [
      { type: 'cut', afterBytes },
      { type: 'reset', afterBytes },
    ]);
    expect(proxy.connections).toBe(3);
    // What was on the way at the reset is lost; all that came before the cut is kept.
    expect(proxy.answered).toBeLessThan(22 * MEBIBYTE);
    expect(sources()).toEqual(['peer']);
  });

  it('gives a half-open peer up and takes the tensor from S3', async () => {
    const stall: Fault = { type: 'stall', afterBytes: MEBIBYTE };
    await throughProxy(numbers(4 * MEBIBYTE), [stall, stall, stall], { idleSeconds: 0.2, deadlineSeconds: 1 });
    expect(sources()).toEqual(['peer-failed', 'object']);
  });

  it('makes no more than a few chunks for a reader that is slow', async () => {
    const bytes = 32 * MEBIBYTE;
    const reference = store.put(GENERATION, numbers(bytes));
    const digest = Buffer.from(reference.digest, 'hex');
    const capability = capabilityOf(common.secret, common.deployment, digest);
    const channel = createChannel(server.address);
    open.push(channel);
    const client = createClient(LatentsServiceDefinition, channel);
    const slow = client.fetch({ deployment: 'test', digest, capability, version: 1 })[Symbol.asyncIterator]();
    await slow.next();
    const one = await slow.next();
    // While another reader gets everything, this one does not read on.
    await consumer().fetch(GENERATION, { ...reference, address: server.address }, signal);
    expect(one.done).toBe(false);
    expect(sentBytes - bytes).toBeLessThan(20 * MEBIBYTE);
    let rest = 0;
    for (let next = await slow.next(); next.done !== true; next = await slow.next())
      if (next.value.part?.$case === 'data') rest += next.value.part.value.data.byteLength;
    expect(rest).toBe(bytes - CHUNK_BYTES);
  });

  it('tags the chunks of what is not small', async () => {
    const channel = createChannel(server.address);
    open.push(channel);
    const client = createClient(LatentsServiceDefinition, channel);
    for (const [bytes, tagBytes] of [
      [64 * 1024 - 4, [0]],
      [64 * 1024, [16]],
      [CHUNK_BYTES + 4, [16, 16]],
    ] as const) {
      const reference = await producer().publish(GENERATION, numbers(bytes), signal);
      const digest = Buffer.from(reference.digest, 'hex');
      const capability = capabilityOf(common.secret, common.deployment, digest);
      const tags: number[] = [];
      for await (const { part } of client.fetch({ deployment: 'test', digest, capability, version: 1 }))
        if (part?.$case === 'data') tags.push(part.value.tag.byteLength);
      expect(tags).toEqual(tagBytes);
      await consumer().fetch(GENERATION, reference, signal);
    }
    expect(sources()).toEqual(['peer', 'peer', 'peer']);
  });

  it('refuses those who do not belong to the deployment, and other versions', async () => {
    const reference = await producer().publish(GENERATION, numbers(400), signal);
    const digest = Buffer.from(reference.digest, 'hex');
    const channel = createChannel(server.address);
    open.push(channel);
    const client = createClient(LatentsServiceDefinition, channel);
    const answer = async (request: Partial<FetchRequest>) => {
      const capability = capabilityOf(common.secret, common.deployment, digest);
      try {
        for await (const _ of client.fetch({ deployment: 'test', digest, capability, version: 1, ...request }));
        return Status.OK;
      } catch (error) {
        return (error as ClientError).code;
      }
    };
    expect(await answer({})).toBe(Status.OK);
    expect(await answer({ capability: capabilityOf('another secret', 'test', digest) })).toBe(Status.PERMISSION_DENIED);
    expect(await answer({ capability: capabilityOf(common.secret, 'test', 'another tensor') })).toBe(
      Status.PERMISSION_DENIED,
    );
    expect(await answer({ deployment: 'other' })).toBe(Status.PERMISSION_DENIED);
    expect(await answer({ version: 2 })).toBe(Status.UNIMPLEMENTED);
    expect(await answer({ offset: 401 })).toBe(Status.OUT_OF_RANGE);
    await consumer({ secret: 'another secret' }).fetch(GENERATION, reference, signal);
    expect(sources()).toEqual(['peer-failed', 'object']);
  });

  it('takes from S3 what its maker holds no more, changed in memory, or never held', async () => {
    const [from, to] = [producer(), consumer()];
    const sent = numbers(MEBIBYTE);
    const reference = await from.publish(GENERATION, sent, signal);
    sent.data[200_000] = 0.5;
    await to.fetch(GENERATION, reference, signal);
    from.release(GENERATION);
    await to.fetch(GENERATION, reference, signal);
    const codes = events.map((event) =>
      event.type === 'peer-failed' ? (event.error as ClientError).code : event.type,
    );
    expect(codes).toEqual([Status.DATA_LOSS, 'fetched', Status.NOT_FOUND, 'fetched']);
    const full = producer({ store: new LatentStore({ budgetBytes: 100, leaseSeconds: 60 }) });
    expect(await full.publish(GENERATION, numbers(400), signal)).not.toHaveProperty('address');
  });

  it('says so when a tensor is gone everywhere, or S3 answers other bytes', async () => {
    const reference = await producer().publish(GENERATION, numbers(400), signal);
    await server.drain(signal);
    server.close();
    const key = objectKeys.tensor(GENERATION, reference.digest);
    await objects.store.put(key, Buffer.from('torn'), { contentType: 'application/octet-stream' });
    const fetch = () => consumer().fetch(GENERATION, reference, signal);
    await expect(fetch()).rejects.toMatchObject({ code: 'storage_unavailable', retryable: true });
    await objects.store.delete([key]);
    await expect(fetch()).rejects.toMatchObject({ code: 'tensor_gone', retryable: true });
  });

  it('stops when it is told to', async () => {
    const stall: Fault = { type: 'stall', afterBytes: MEBIBYTE };
    const proxy = await FaultProxy.start(server.address, [stall]);
    open.push(proxy);
    const reference = await producer().publish(GENERATION, numbers(4 * MEBIBYTE), signal);
    const controller = new AbortController();
    const fetched = consumer().fetch(GENERATION, { ...reference, address: proxy.address }, controller.signal);
    controller.abort(new Error('canceled in the middle'));
    await expect(fetched).rejects.toThrow('canceled in the middle');
    await server.drain(signal);
  });

  it('releases a generation at every worker that holds tensors of it', async () => {
    const reference = await producer().publish(GENERATION, numbers(400), signal);
    await consumer().releaseEverywhere(GENERATION, [reference], signal);
    expect(store.heldBytes).toBe(0);
  });
});

describe('LatentsServer', () => {
  it('listens on loopback only, unless it has certificates', async () => {
    const options = { store, port: 0, ...common };
    await expect(LatentsServer.listen({ ...options, host: '0.0.0.0' })).rejects.toThrow('with certificates only');
    const secured = await LatentsServer.listen({ ...options, host: '0.0.0.0', tls: workerCertificate() });
    secured.close();
  });

  it('speaks with workers that hold a certificate of its authority, and with nobody else', async () => {
    const tls = workerCertificate();
    const secured = await LatentsServer.listen({ store, host: '127.0.0.1', port: 0, ...common, tls });
    open.push(secured);
    const reference = await producer({ address: secured.address }).publish(GENERATION, numbers(400), signal);
    await consumer({ tls }).fetch(GENERATION, reference, signal);
    expect(sources()).toEqual(['peer']);
    for (const other of [{}, { tls: workerCertificate() }]) await consumer(other).fetch(GENERATION, reference, signal);
    expect(sources()).toEqual(['peer', 'peer-failed', 'object', 'peer-failed', 'object']);
  });
});
