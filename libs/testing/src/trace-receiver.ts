import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { readExportRequest, type ReceivedSpan } from './otlp.ts';

export type { ReceivedSpan };

/** Takes spans by OTLP over HTTP in protobuf (https://opentelemetry.io/docs/specs/otlp/#otlphttp), as a collector does. */
export class TraceReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `port` 0 takes a free one. */
  static async start(port = 0): Promise<TraceReceiver> {
    const server = createServer();
    const receiver = new TraceReceiver(server);
    server.on('request', (request, response) => {
      void buffer(request).then((body) => {
        const known = request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf';
        if (known) receiver.spans.push(...readExportRequest(body));
        response.writeHead(known ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end();
        for (const look of receiver.#waiting) look();
      });
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  /** As OTEL_EXPORTER_OTLP_ENDPOINT names it. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The spans of a trace, by their begin. */
  trace(traceId: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId).sort((one, other) => one.begin - other.begin);
  }

  /** Resolves once that holds of what has come. */
  async until(holds: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (holds()) resolve();
    };
    this.#waiting.add(look);
    look();
    await promise;
    this.#waiting.delete(look);
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
