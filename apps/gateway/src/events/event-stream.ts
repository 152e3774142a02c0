import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

const HEARTBEAT_MILLISECONDS = 15_000;
/** A client whose socket holds more than this unsent is not offered previews. */
const PREVIEW_BACKLOG_BYTES = 64 * 1024;

/** One client's server-sent events (HTML standard, section 9.2) with heartbeats and back-pressure. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #signal: AbortSignal;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(response: ServerResponse, signal: AbortSignal) {
    this.#response = response;
    this.#signal = signal;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
    });
    response.flushHeaders();
    this.#heartbeat = setInterval(() => response.write(': heartbeat\n\n'), HEARTBEAT_MILLISECONDS);
  }

  /** Resolves when the socket takes more. */
  async send(event: string, content: unknown, id?: string): Promise<void> {
    if (!this.#response.write(frame(event, content, id))) await once(this.#response, 'drain', { signal: this.#signal });
  }

  /** Sends unless the client is behind. */
  offer(event: string, content: unknown): void {
    if (this.#response.writableLength < PREVIEW_BACKLOG_BYTES) this.#response.write(frame(event, content));
  }

  end(): void {
    clearInterval(this.#heartbeat);
    this.#response.end();
  }
}

function frame(event: string, content: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(content)}\n\n`;
}
