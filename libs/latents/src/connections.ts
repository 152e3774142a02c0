import { connect, type ClientHttp2Session } from 'node:http2';
import { SESSION_MEMORY } from './session-memory.ts';
import { CERTIFICATE_NAME, type TransportSecurity } from './transport-security.ts';

/** Connections kept; the one that was used longest ago goes first. */
const CONNECTIONS = 32;
/** Bytes that a peer may send ahead, on a stream and on the connection. */
const WINDOW_BYTES = 8 * 1024 * 1024;
/** How long calls in hand may take after their connection was dropped. */
const LEAVE_MILLISECONDS = 30_000;

/** HTTP/2 connections to other workers, one each, made when they are asked for. */
export class Connections {
  readonly #tls: TransportSecurity | undefined;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, ClientHttp2Session>();

  constructor(tls: TransportSecurity | undefined) {
    this.#tls = tls;
  }

  /** `address` is host:port. */
  to(address: string): ClientHttp2Session {
    const standing = this.#sessions.get(address);
    // One that is ending has told so before its event has come.
    const usable = standing !== undefined && !standing.closed && !standing.destroyed;
    const session = usable ? standing : this.#connect(address);
    this.#sessions.delete(address);
    this.#sessions.set(address, session);
    for (const [oldest, unused] of this.#sessions) {
      if (this.#sessions.size <= CONNECTIONS) break;
      this.#sessions.delete(oldest);
      unused.close();
    }
    return session;
  }

  /** Uses a connection no more; calls in hand may end first. */
  drop(address: string, session: ClientHttp2Session): void {
    if (this.#sessions.get(address) === session) this.#sessions.delete(address);
    session.close();
    const late = setTimeout(() => session.destroy(), LEAVE_MILLISECONDS).unref();
    session.once('close', () => clearTimeout(late));
  }

  /** Ends all connections, and whatever still goes on over them. */
  close(): void {
    for (const session of this.#sessions.values()) session.destroy();
    this.#sessions.clear();
  }

  #connect(address: string): ClientHttp2Session {
    const tls = this.#tls;
    const security = tls && { ca: tls.authority, cert: tls.certificate, key: tls.key, servername: CERTIFICATE_NAME };
    const settings = { initialWindowSize: WINDOW_BYTES, enablePush: false };
    const session = connect(`${tls === undefined ? 'http' : 'https'}://${address}`, {
      settings,
      maxSessionMemory: SESSION_MEMORY,
      ...security,
    });
    session.unref();
    session.once('connect', () => {
      if (!session.destroyed) session.setLocalWindowSize(WINDOW_BYTES);
    });
    const forget = () => {
      if (this.#sessions.get(address) === session) this.#sessions.delete(address);
    };
    // Its streams hear of it themselves.
    session.on('error', forget);
    session.once('goaway', forget);
    session.once('close', forget);
    return session;
  }
}
