import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

/**
 * `/healthz` (the process lives), `/readyz` (it may be given work; 503 otherwise, with every check) and `/metrics`.
 * `/readyz?exclude=NAME` leaves a check out, as that of Kubernetes' own API server does.
 */
export class OperationsServer {
  readonly #server: Server;
  readonly #health: Health;
  readonly #metrics: Metrics;

  constructor(health: Health, metrics: Metrics) {
    this.#health = health;
    this.#metrics = metrics;
    this.#server = createServer((request, response) => {
      this.#answer(request.method ?? 'GET', request.url ?? '/', response).catch((error: unknown) => {
        send(response, 500, 'text/plain', error instanceof Error ? error.message : String(error));
      });
    });
  }

  /** Resolves with the base URL. Rejects in one line when the port is taken. */
  async listen(host: string, port: number): Promise<string> {
    this.#server.listen(port, host);
    try {
      await once(this.#server, 'listening');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new Error(
        code === 'EADDRINUSE'
          ? `port ${port} of ${host} (health and metrics) is taken; set METRICS_PORT to another one, or 0 for any`
          : `can't listen on ${host}:${port} for health and metrics: ${code}`,
        { cause: error },
      );
    }
    const address = this.#server.address() as AddressInfo;
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `http://${name}:${address.port}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(method: string, url: string, response: ServerResponse): Promise<void> {
    if (method !== 'GET' && method !== 'HEAD') {
      send(response, 405, 'text/plain', `${method} is not answered here; use GET`);
      return;
    }
    const [path, query = ''] = url.split('?', 2);
    switch (path) {
      case '/healthz':
        sendJson(response, 200, { status: 'ok', phase: this.#health.phase });
        return;
      case '/readyz': {
        const without = new URLSearchParams(query).getAll('exclude');
        const unknown = without.find((name) => !this.#health.names.includes(name));
        if (unknown !== undefined) {
          const words = `exclude names "${unknown}"; the checks are ${this.#health.names.join(', ')}`;
          send(response, 400, 'text/plain', words);
          return;
        }
        const readiness = await this.#health.readiness(without);
        sendJson(response, readiness.ready ? 200 : 503, readiness);
        return;
      }
      case '/metrics':
        send(response, 200, this.#metrics.contentType, await this.#metrics.text());
        return;
      default:
        send(response, 404, 'text/plain', 'here are /healthz, /readyz and /metrics');
    }
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body));
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'content-type': contentType, 'content-length': length, 'cache-control': 'no-store' });
  response.end(body);
}
