import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request: `refused` never reaches the storage, of one that is `unanswered` the answer gets lost; both are told as 503. */
type Fate = 'refused' | 'unanswered' | undefined;

/** An S3 API in front of another one, for storage that fails in single requests. */
export class StorageGate {
  /** `path` is /bucket/key. */
  fate: (method: string, path: string) => Fate | Promise<Fate> = () => undefined;
  readonly #target: URL;
  readonly #server: Server;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((incoming, response) => void this.#forward(incoming, response));
  }

  static async start(endpoint: string): Promise<StorageGate> {
    const gate = new StorageGate(new URL(endpoint));
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = incoming;
    const fate = await this.fate(method, url.split('?')[0]!);
    const fail = () => response.writeHead(503).end();
    if (fate === 'refused') {
      incoming.resume().on('end', fail);
      return;
    }
    const { hostname: host, port } = this.#target;
    const outgoing = request({ host, port, method, path: url, headers }, (answer) => {
      if (fate === 'unanswered') answer.resume().on('end', fail);
      else answer.pipe(response.writeHead(answer.statusCode!, answer.headers));
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  }
}
