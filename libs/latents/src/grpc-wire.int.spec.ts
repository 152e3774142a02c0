import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2, createServer, type ServerHttp2Session } from 'node:http2';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { crc32c } from '@node-rs/crc32';
import { tensorBytes } from '@medley/tensor';
import { createServer as createForeignServer, ServerError, Status } from 'nice-grpc';
import { METHOD_PATHS } from './codec.ts';
import { DataType, LatentsServiceDefinition, type FetchResponse } from './generated/medley/latents/v1/latents.ts';
import { grpcCall } from './grpc-call.ts';
import { GrpcServer, keepAlive } from './grpc-server.ts';
import { Peers } from './peers.ts';

jest.setTimeout(60_000);

const signal = new AbortController().signal;
const bytes = Uint8Array.from({ length: 1_000_000 }, (_, at) => at % 249);
const digest = createHash('sha256').update(bytes).digest();
const reference = { digest: digest.toString('hex'), data_type: 'float32' as const, shape: [250_000] };
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server of grpc-js, which knows nothing of tags. */
async function foreignServer(parts: () => Iterable<FetchResponse>): Promise<string> {
  const server = createForeignServer();
  server.add(LatentsServiceDefinition, {
    fetch: async function* () {
      yield* parts();
    },
    release: () => Promise.reject(new ServerError(Status.PERMISSION_DENIED, 'nö, 100 %')),
  });
  closing.push(() => server.forceShutdown());
  return `127.0.0.1:${await server.listen('127.0.0.1:0')}`;
}

function peers(): Peers {
  const made = new Peers({ deployment: 'test', secret: 'secret', deadlineSeconds: 30, idleSeconds: 30 });
  closing.push(() => made.close());
  return made;
}

function* parts(sent: Uint8Array): Generator<FetchResponse> {
  const header = { dataType: DataType.DATA_TYPE_FLOAT32, shape: [250_000], bytes: sent.byteLength, sha256: digest };
  yield { part: { $case: 'header', value: header } };
  for (let offset = 0; offset < sent.byteLength; offset += 300_000) {
    const data = sent.subarray(offset, offset + 300_000);
    yield { part: { $case: 'data', value: { offset, data, crc32c: crc32c(data), tag: new Uint8Array(0) } } };
  }
}

describe('the client', () => {
  it('reads from a foreign gRPC server, whose chunks have no tags', async () => {
    const address = await foreignServer(() => parts(bytes));
    const received = await peers().fetch(address, reference, signal);
    expect(Buffer.compare(tensorBytes(received), bytes)).toBe(0);
  });

  it('finds out that a foreign server sent other bytes', async () => {
    const address = await foreignServer(() => parts(new Uint8Array(1_000_000)));
    await expect(peers().fetch(address, reference, signal)).rejects.toThrow('is not the tensor');
  });

  it('tells the status that the server gave, with its text', async () => {
    const address = await foreignServer(() => []);
    const refused = { code: Status.PERMISSION_DENIED, details: 'nö, 100 %' };
    await expect(peers().release(address, 'gen_a', signal)).rejects.toMatchObject(refused);
  });

  it('refuses a message that is larger than agreed', async () => {
    const data = new Uint8Array(2 * 1024 * 1024);
    const large: FetchResponse = {
      part: { $case: 'data', value: { offset: 0, data, crc32c: 0, tag: new Uint8Array(0) } },
    };
    const address = await foreignServer(() => [large]);
    const fetched = peers().fetch(address, reference, signal);
    await expect(fetched).rejects.toMatchObject({ code: Status.RESOURCE_EXHAUSTED });
  });

  it('does not take what is no gRPC for an answer', async () => {
    const server = createServer((_, response) => response.writeHead(503).end('later'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const fetched = peers().fetch(address, reference, signal);
    await expect(fetched).rejects.toMatchObject({ code: Status.UNKNOWN, details: 'the answer has HTTP status 503' });
    await expect(peers().fetch('127.0.0.1:1', reference, signal)).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  });

  it('makes many calls over one connection', async () => {
    const address = await foreignServer(() => parts(bytes));
    const from = peers();
    const all = await Promise.all(Array.from({ length: 40 }, () => from.fetch(address, reference, signal)));
    for (const received of all) expect(Buffer.compare(tensorBytes(received), bytes)).toBe(0);
  });
});

describe('the server', () => {
  async function serve(methods: Parameters<typeof GrpcServer.listen>[0]) {
    const server = await GrpcServer.listen(methods, { host: '127.0.0.1', port: 0, tls: undefined });
    const session = connectHttp2(`http://127.0.0.1:${server.port}`);
    closing.push(
      () => server.close(),
      () => session.destroy(),
    );
    return { server, session };
  }
  const request = Buffer.from('hello');
  const take = () => {};

  it('says what is wrong with a call', async () => {
    const { session } = await serve({
      [METHOD_PATHS.fetch]: () => {
        throw new Error('a secret of ours');
      },
    });
    const codes = { '/constructor': Status.UNIMPLEMENTED, [METHOD_PATHS.fetch]: Status.INTERNAL };
    for (const [path, code] of Object.entries(codes))
      await expect(grpcCall(session, { path, request, signal, take })).rejects.toMatchObject({ code });
    const large = Buffer.alloc(17 * 1024);
    const tooLarge = grpcCall(session, { path: METHOD_PATHS.fetch, request: large, signal, take });
    await expect(tooLarge).rejects.toThrow('it may have 16384 at most');
  });

  it('takes no more of a request that it has refused', async () => {
    const { session } = await serve({});
    const headers = { ':method': 'POST', ':path': METHOD_PATHS.fetch, 'content-type': 'application/grpc' };
    const upload = session.request(headers);
    const codes: unknown[] = [];
    upload.on('response', (answer) => codes.push(answer['grpc-status']));
    const closed = once(upload, 'close');
    // Nobody reads the answer's end before it: what is sent never ends by itself.
    const part = Buffer.alloc(64 * 1024);
    const send = () => {
      while (!upload.destroyed && !upload.closed && upload.write(part));
    };
    upload
      .on('drain', send)
      .on('error', () => undefined)
      .resume();
    send();
    await closed;
    expect(codes).toEqual([String(Status.UNIMPLEMENTED)]);
    expect(upload.rstCode).toBe(0);
  });

  it('leaves when every call has its status, and takes new ones until then', async () => {
    const { server, session } = await serve({
      *[METHOD_PATHS.fetch](sent) {
        yield [sent];
      },
    });
    const call = () => grpcCall(session, { path: METHOD_PATHS.fetch, request, signal, take });
    for (let round = 0; round < 20; round += 1) await call();
    const calls = Array.from({ length: 50 }, call);
    await calls[0];
    await server.leave();
    server.close();
    await expect(Promise.all(calls)).resolves.toHaveLength(50);
  });

  it('gives a status after messages too', async () => {
    const { session } = await serve({
      *[METHOD_PATHS.fetch](sent) {
        yield [sent, Buffer.from('!')];
        throw new ServerError(Status.DATA_LOSS, 'in the middle');
      },
    });
    const came: string[] = [];
    const called = grpcCall(session, {
      path: METHOD_PATHS.fetch,
      request,
      signal,
      take: (message) => void came.push(Buffer.from(message).toString()),
    });
    await expect(called).rejects.toMatchObject({ code: Status.DATA_LOSS });
    expect(came).toEqual(['hello!']);
  });

  it('refuses no call for what slow readers have not taken yet', async () => {
    const { session } = await serve({
      *[METHOD_PATHS.fetch]() {
        yield [Buffer.alloc(512 * 1024)];
      },
    });
    const headers = {
      ':method': 'POST',
      ':path': METHOD_PATHS.fetch,
      'content-type': 'application/grpc',
      te: 'trailers',
    };
    const held = [];
    for (let count = 0; count < 40; count += 1) {
      const stream = session.request(headers);
      stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, request.byteLength]), request]));
      await once(stream, 'response'); // nothing is read of it for now
      held.push(stream);
    }
    for (const stream of held) {
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(part as Buffer);
      expect(Buffer.concat(parts).byteLength).toBe(5 + 512 * 1024);
    }
  });

  it('ends the connection of a peer that does not answer pings', async () => {
    const silent = createServer();
    silent.on('session', (session: ServerHttp2Session) =>
      keepAlive(session, { everyMilliseconds: 1, timeoutMilliseconds: 1 }),
    );
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    closing.push(() => silent.close());
    const socket = connect({ port: (silent.address() as AddressInfo).port, host: '127.0.0.1' });
    // The preface and empty settings, and nothing more.
    socket.write(
      Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]),
    );
    socket.resume();
    await once(socket, 'close');
    expect(socket.destroyed).toBe(true);
  });

  it('keeps the connection of a peer that answers them', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'performance'] });
    try {
      const { session } = await serve({});
      /** Whatever came before it has come by then. */
      const roundTrip = () =>
        new Promise<void>((resolve, reject) => session.ping((error) => (error === null ? resolve() : reject(error))));
      await once(session, 'connect');
      await roundTrip();
      // Pings go out every ten seconds, and have five to be answered in.
      for (const untilPing of [10_000, 5_000, 5_000]) {
        const pinged = once(session, 'ping');
        jest.advanceTimersByTime(untilPing);
        await pinged;
        await roundTrip();
        jest.advanceTimersByTime(5_000);
        await roundTrip();
      }
      expect(session.destroyed).toBe(false);
    } finally {
      jest.useRealTimers();
    }
  });
});
