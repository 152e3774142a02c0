import { isIPv6 } from 'node:net';
import type { Tracing } from '@medley/domain';
import { encodeResponse, METHOD_PATHS } from './codec.ts';
import { FetchRequest, ReleaseRequest, ReleaseResponse } from './generated/medley/latents/v1/latents.ts';
import type { GrpcMethods } from './grpc-answer.ts';
import { GrpcServer } from './grpc-server.ts';
import { LatentsService, type LatentsServiceOptions } from './latents-service.ts';
import { checkLoopback, type TransportSecurity } from './transport-security.ts';

export interface LatentsServerOptions extends LatentsServiceOptions {
  /** An address of this machine that peers can reach. Anything but loopback needs certificates. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  tls?: TransportSecurity;
  /** Has a span for every call that is part of a trace. */
  tracing?: Tracing | undefined;
}

/** The gRPC server of a worker's latent store. */
export class LatentsServer {
  /** host:port, as tensor references name it. */
  readonly address: string;
  readonly #server: GrpcServer;

  private constructor(address: string, server: GrpcServer) {
    this.address = address;
    this.#server = server;
  }

  /** Throws an Error for an address that is neither loopback nor secured, or can't be listened on. */
  static async listen({ host, port, tls, tracing, ...options }: LatentsServerOptions): Promise<LatentsServer> {
    checkLoopback(host, tls);
    const service = new LatentsService(options);
    const server = await GrpcServer.listen(methodsOf(service), { host, port, tls, tracing });
    const name = isIPv6(host) ? `[${host}]` : host;
    return new LatentsServer(`${name}:${server.port}`, server);
  }

  /** Serves on until no call is in hand and every answer was received, or the signal is aborted. */
  async drain(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#server.leave(), aborted]);
  }

  /** Ends at once; whoever still reads goes to S3. */
  close(): void {
    this.#server.close();
  }
}

function methodsOf(service: LatentsService): GrpcMethods {
  return {
    *[METHOD_PATHS.fetch](request) {
      for (const response of service.fetch(FetchRequest.decode(request))) yield encodeResponse(response);
    },
    [METHOD_PATHS.release]: (request) => [
      [ReleaseResponse.encode(service.release(ReleaseRequest.decode(request))).finish()],
    ],
  };
}
