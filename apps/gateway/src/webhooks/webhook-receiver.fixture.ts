import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request as a receiver got it. */
export interface ReceivedWebhook {
  path: string;
  headers: Record<string, string>;
  body: string;
}

type Answer = (response: ServerResponse, received: ReceivedWebhook) => void;

/** A real HTTP server that webhooks are sent to. It answers 204 unless told otherwise. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  answer: Answer = (response) => response.writeHead(204).end();
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response: ServerResponse) => {
      void text(request).then((body) => {
        const received = { path: request.url!, headers: request.headers as Record<string, string>, body };
        receiver.received.push(received);
        receiver.answer(response, received);
        for (const look of receiver.#waiting) look();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** What came to a path. */
  at(path: string): ReceivedWebhook[] {
    return this.received.filter((one) => one.path === path);
  }

  /** Resolves when so many came to a path, with the last of them. */
  async until(path: string, count = 1): Promise<ReceivedWebhook> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (this.at(path).length >= count) resolve();
    };
    this.#waiting.add(look);
    look();
    await promise;
    this.#waiting.delete(look);
    return this.at(path)[count - 1]!;
  }

  /** Ids of the messages that came to a path, each once. */
  ids(path: string): Set<string> {
    return new Set(this.at(path).map(({ headers }) => headers['webhook-id']!));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
