import { once } from 'node:events';
import {
  constants,
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { NO_TRACING, type Tracing } from '@medley/domain';
import { answerCall, type GrpcMethods } from './grpc-answer.ts';
import { inServerSpan } from './rpc-spans.ts';
import { SESSION_MEMORY } from './session-memory.ts';
import type { TransportSecurity } from './transport-security.ts';

/** A peer that is gone without a word frees its streams after so long. */
const KEEPALIVE = { everyMilliseconds: 10_000, timeoutMilliseconds: 5_000 };

/** Serves methods by gRPC over HTTP/2. */
export class GrpcServer {
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  /** Calls in hand. */
  readonly #streams = new Set<ServerHttp2Stream>();
  /** Those over which calls were answered. */
  readonly #answered = new Set<Http2Session>();

  private constructor(server: Http2Server, methods: GrpcMethods, tracing: Tracing) {
    this.#server = server;
    server.on('stream', (stream, headers) => {
      const { session } = stream;
      this.#streams.add(stream);
      stream.once('close', () => {
        this.#streams.delete(stream);
        if (stream.rstCode === constants.NGHTTP2_NO_ERROR && session?.destroyed === false) this.#answered.add(session);
      });
      const path = headers[':path'] ?? '';
      const call = {
        path: Object.hasOwn(methods, path) ? path : '/unknown',
        traceparent: String(headers['traceparent']),
      };
      void inServerSpan(tracing, call, () => answerCall(stream, headers, methods));
    });
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => {
        this.#sessions.delete(session);
        this.#answered.delete(session);
      });
      keepAlive(session, KEEPALIVE);
    });
  }

  /** With `tls`, for those only who show a certificate of its authority. `port` 0 takes a free one. Throws an Error for an address that can't be listened on. */
  static async listen(
    methods: GrpcMethods,
    {
      host,
      port,
      tls,
      tracing = NO_TRACING,
    }: { host: string; port: number; tls: TransportSecurity | undefined; tracing?: Tracing | undefined },
  ): Promise<GrpcServer> {
    const server =
      tls === undefined
        ? createServer({ maxSessionMemory: SESSION_MEMORY })
        : createSecureServer({
            maxSessionMemory: SESSION_MEMORY,
            ca: tls.authority,
            cert: tls.certificate,
            key: tls.key,
            requestCert: true,
            rejectUnauthorized: true,
          });
    server.listen(port, host);
    await once(server, 'listening');
    return new GrpcServer(server, methods, tracing);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Serves on until no call is in hand, and peers have received all that they were answered. */
  async leave(): Promise<void> {
    while (this.#streams.size > 0) await Promise.all([...this.#streams].map(closed));
    await Promise.all([...this.#answered].map(received));
  }

  /** Ends at once. */
  close(): void {
    this.#server.close();
    for (const session of this.#sessions) session.destroy();
  }
}

function closed(stream: ServerHttp2Stream): Promise<void> {
  return new Promise((resolve) => stream.once('close', () => resolve()));
}

/** Whoever answers a ping has received what went out before it; a peer that is gone receives nothing more. */
function received(session: Http2Session): Promise<void> {
  return new Promise((resolve) => {
    if (session.destroyed || !session.ping(() => resolve())) resolve();
  });
}

/** Pings a peer, and ends its connection when it does not answer in time. */
export function keepAlive(
  session: ServerHttp2Session,
  { everyMilliseconds, timeoutMilliseconds }: typeof KEEPALIVE,
): void {
  const timer = setInterval(() => {
    if (session.destroyed) return;
    const late = setTimeout(() => session.destroy(), timeoutMilliseconds).unref();
    session.ping(() => clearTimeout(late));
  }, everyMilliseconds).unref();
  session.once('close', () => clearInterval(timer));
}
