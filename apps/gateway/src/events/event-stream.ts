import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

const HEARTBEAT_MILLISECONDS = 15_000;
/** Heartbeats after which a client that took nothing in between is given up; it may come back and resume. */
const STUCK_HEARTBEATS = 4;
/** A client whose socket holds more than this unsent is not offered previews. */
const PREVIEW_BACKLOG_BYTES = 64 * 1024;
const LINE_END = /\r\n|\r|\n/;

interface EventStreamOptions {
  heartbeatMilliseconds?: number;
  /** Called with every heartbeat. */
  onBeat?: () => void;
}

/** One client's server-sent events (HTML standard, section 9.2) with heartbeats and back-pressure. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #signal: AbortSignal;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #onBeat: (() => void) | undefined;
  #stuck = 0;

  constructor(
    response: ServerResponse,
    signal: AbortSignal,
    { heartbeatMilliseconds = HEARTBEAT_MILLISECONDS, onBeat }: EventStreamOptions = {},
  ) {
    this.#onBeat = onBeat;
    this.#response = response;
    this.#signal = signal;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMilliseconds);
  }

  /** Resolves when the socket takes more. */
  async send(event: string, content: unknown, id?: string): Promise<void> {
    await this.sendText(event, JSON.stringify(content), id);
  }

  /** The same for content that is no JSON. */
  async sendText(event: string, content: string, id?: string): Promise<void> {
    if (!this.#response.write(frame(event, content, id))) await once(this.#response, 'drain', { signal: this.#signal });
  }

  /** Sends unless the client is behind. */
  offer(event: string, content: unknown): void {
    if (this.#response.writableLength < PREVIEW_BACKLOG_BYTES)
      this.#response.write(frame(event, JSON.stringify(content)));
  }

  /** Ends the stream; with `retrySeconds` the client is told to come back then. */
  end(retrySeconds?: number): void {
    clearInterval(this.#heartbeat);
    if (this.#response.writableEnded) return;
    this.#response.end(retrySeconds === undefined ? undefined : `retry: ${retrySeconds * 1000}\n\n`);
  }

  #beat(): void {
    this.#stuck = this.#response.writableNeedDrain ? this.#stuck + 1 : 0;
    if (this.#stuck >= STUCK_HEARTBEATS) this.#response.destroy();
    else if (this.#stuck === 0) this.#response.write(': heartbeat\n\n');
    this.#onBeat?.();
  }
}

function frame(event: string, content: string, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${content.split(LINE_END).join('\ndata: ')}\n\n`;
}
