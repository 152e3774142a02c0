import { isIPv6 } from 'node:net';
import { promisify } from 'node:util';
import { Server } from '@grpc/grpc-js';
import { LARGEST_MESSAGE_BYTES } from './chunks.ts';
import { grpcDefinition, grpcHandlers } from './grpc-handlers.ts';
import { LatentsService, type LatentsServiceOptions } from './latents-service.ts';
import { checkLoopback, serverCredentials, type TransportSecurity } from './transport-security.ts';

export interface LatentsServerOptions extends LatentsServiceOptions {
  /** An address of this machine that peers can reach. Anything but loopback needs certificates. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  tls?: TransportSecurity;
}

const OPTIONS = {
  'grpc.max_receive_message_length': LARGEST_MESSAGE_BYTES,
  // A peer that is gone without a word frees its streams after so long.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
};

/** The gRPC server of a worker's latent store. */
export class LatentsServer {
  /** host:port, as tensor references name it. */
  readonly address: string;
  readonly #server: Server;
  readonly #service: LatentsService;

  private constructor(address: string, server: Server, service: LatentsService) {
    this.address = address;
    this.#server = server;
    this.#service = service;
  }

  /** Throws an Error for an address that is neither loopback nor secured, or can't be listened on. */
  static async listen({ host, port, tls, ...options }: LatentsServerOptions): Promise<LatentsServer> {
    checkLoopback(host, tls);
    const service = new LatentsService(options);
    const server = new Server(OPTIONS);
    server.addService(grpcDefinition, grpcHandlers(service));
    const name = isIPv6(host) ? `[${host}]` : host;
    const bind = promisify(server.bindAsync.bind(server));
    const bound = await bind(`${name}:${port}`, serverCredentials(tls));
    return new LatentsServer(`${name}:${bound}`, server, service);
  }

  /** Serves on until no stream is in hand, or the signal is aborted. */
  async drain(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#service.idle(), aborted]);
  }

  /** Ends at once; whoever still reads goes to S3. */
  close(): void {
    this.#server.forceShutdown();
  }
}
