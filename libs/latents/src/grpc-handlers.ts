import type { ServerWritableStream, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { ServerError, Status } from 'nice-grpc-common';
import { serializeResponse } from './codec.ts';
import {
  FetchRequest,
  FetchResponse,
  LatentsServiceDefinition,
  ReleaseRequest,
  ReleaseResponse,
} from './generated/medley/latents/v1/latents.ts';
import type { LatentsService } from './latents-service.ts';

const { fullName, methods } = LatentsServiceDefinition;

/** For grpc-js itself: nice-grpc's server copies every message once more. */
export const grpcDefinition: ServiceDefinition = {
  fetch: {
    path: `/${fullName}/${methods.fetch.name}`,
    requestStream: false,
    responseStream: true,
    requestSerialize: (request: FetchRequest) => Buffer.from(FetchRequest.encode(request).finish()),
    requestDeserialize: (bytes: Buffer) => FetchRequest.decode(bytes),
    responseSerialize: serializeResponse,
    responseDeserialize: (bytes: Buffer) => FetchResponse.decode(bytes),
  },
  release: {
    path: `/${fullName}/${methods.release.name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (request: ReleaseRequest) => Buffer.from(ReleaseRequest.encode(request).finish()),
    requestDeserialize: (bytes: Buffer) => ReleaseRequest.decode(bytes),
    responseSerialize: (response: ReleaseResponse) => Buffer.from(ReleaseResponse.encode(response).finish()),
    responseDeserialize: (bytes: Buffer) => ReleaseResponse.decode(bytes),
  },
};

export function grpcHandlers(service: LatentsService): UntypedServiceImplementation {
  return {
    fetch: (call: ServerWritableStream<FetchRequest, FetchResponse>) => void send(call, service.fetch(call.request)),
    release: (
      { request }: { request: ReleaseRequest },
      answer: (error: object | null, value?: ReleaseResponse) => void,
    ) => {
      try {
        answer(null, service.release(request));
      } catch (error) {
        answer(statusOf(error));
      }
    },
  };
}

/** Writes no faster than the peer reads. */
async function send(
  call: ServerWritableStream<FetchRequest, FetchResponse>,
  parts: Iterable<FetchResponse>,
): Promise<void> {
  try {
    for (const part of parts) {
      if (!call.write(part)) await writable(call);
      if (call.cancelled || call.destroyed) return;
    }
    call.end();
  } catch (error) {
    call.emit('error', statusOf(error));
  }
}

/** Resolves when more can be written, or nobody reads any more. */
function writable(call: ServerWritableStream<FetchRequest, FetchResponse>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const endings = ['drain', 'cancelled', 'close', 'error'];
  for (const ending of endings) call.once(ending, resolve);
  if (call.cancelled || call.destroyed) resolve();
  return promise.finally(() => endings.forEach((ending) => call.off(ending, resolve)));
}

function statusOf(error: unknown): { code: number; details: string } {
  if (error instanceof ServerError) return { code: error.code, details: error.details };
  return { code: Status.INTERNAL, details: 'the latents server failed' };
}
