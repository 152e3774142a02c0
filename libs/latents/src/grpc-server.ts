import { once } from 'node:events';
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { answerCall, type GrpcMethods } from './grpc-answer.ts';
import { SESSION_MEMORY } from './session-memory.ts';
import type { TransportSecurity } from './transport-security.ts';

/** A peer that is gone without a word frees its streams after so long. */
const KEEPALIVE = { everyMilliseconds: 10_000, timeoutMilliseconds: 5_000 };

/** Serves methods by gRPC over HTTP/2. */
export class GrpcServer {
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  private constructor(server: Http2Server, methods: GrpcMethods) {
    this.#server = server;
    server.on('stream', (stream, headers) => void answerCall(stream, headers, methods));
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
      keepAlive(session, KEEPALIVE);
    });
  }

  /** With `tls`, for those only who show a certificate of its authority. `port` 0 takes a free one. Throws an Error for an address that can't be listened on. */
  static async listen(
    methods: GrpcMethods,
    { host, port, tls }: { host: string; port: number; tls: TransportSecurity | undefined },
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
    return new GrpcServer(server, methods);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends at once. */
  close(): void {
    this.#server.close();
    for (const session of this.#sessions) session.destroy();
  }
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
