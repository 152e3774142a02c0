import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What happens to what the target answers on one connection. */
export type Fault =
  /** The connection ends in order once so many bytes have come through. */
  | { type: 'cut'; afterBytes: number }
  /** It is reset: what is on the way is lost too. */
  | { type: 'reset'; afterBytes: number }
  /** Nothing comes through any more after so many bytes, and nobody is told. */
  | { type: 'stall'; afterBytes: number }
  /** Every part is changed in place. */
  | { type: 'change'; change: (part: Buffer) => void };

/** A TCP proxy between a client and a server under test. Faults are used up in order, one for each connection; later connections are sound. */
export class FaultProxy {
  readonly #server: Server;
  readonly #faults: Fault[];
  readonly #sockets = new Set<Socket>();
  #held = false;
  /** Bytes that the target answered and that came through. */
  answered = 0;
  connections = 0;

  private constructor(target: { host: string; port: number }, faults: readonly Fault[]) {
    this.#faults = [...faults];
    this.#server = createServer((client) => this.#join(client, connect(target)));
  }

  /** `address` is host:port of the target; `host` is where the proxy listens. */
  static async start(address: string, faults: readonly Fault[], host = '127.0.0.1'): Promise<FaultProxy> {
    const { hostname, port } = new URL(`tcp://${address}`);
    const proxy = new FaultProxy({ host: hostname, port: Number(port) }, faults);
    proxy.#server.listen(0, host);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get address(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  /** Nothing comes through on any connection, either way, and nobody is told, until `release`: then what was sent meanwhile does. */
  hold(): void {
    this.#held = true;
    for (const socket of this.#sockets) socket.pause();
  }

  release(): void {
    this.#held = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #join(client: Socket, target: Socket): void {
    this.connections += 1;
    const fault = this.#faults.shift();
    let came = 0;
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (part) => this.#pass(part, client, target));
    client.on('end', () => target.end());
    target.on('data', (part) => {
      came += part.byteLength;
      const limit = fault === undefined || fault.type === 'change' ? Infinity : fault.afterBytes;
      if (fault?.type === 'change') fault.change(part);
      if (came > limit) {
        if (fault?.type === 'cut') client.end();
        if (fault?.type === 'reset') client.resetAndDestroy();
        target.pause();
        return;
      }
      this.answered += part.byteLength;
      this.#pass(part, target, client);
    });
    if (this.#held) for (const socket of [client, target]) socket.pause();
  }

  #pass(part: Buffer, from: Socket, to: Socket): void {
    if (to.write(part)) return;
    from.pause();
    to.once('drain', () => {
      if (!this.#held) from.resume();
    });
  }
}
