import type { ClientHttp2Session } from 'node:http2';
import type { TensorReference } from '@medley/domain';
import type { Tensor } from '@medley/tensor';
import { ClientError, Status } from 'nice-grpc-common';
import { Assembly, DamagedTensor } from './assembly.ts';
import { capabilityOf } from './capability.ts';
import { ChunkTags } from './chunk-tags.ts';
import { METHOD_PATHS } from './codec.ts';
import { Connections } from './connections.ts';
import { FetchRequest, FetchResponse, ReleaseRequest } from './generated/medley/latents/v1/latents.ts';
import { grpcCall } from './grpc-call.ts';
import { EXCHANGE_VERSION } from './latents-service.ts';
import type { PeersTask } from './peers-protocol.ts';
import { TimeLimit } from './time-limit.ts';
import type { TransportSecurity } from './transport-security.ts';

export interface PeersOptions {
  deployment: string;
  secret: string;
  tls?: TransportSecurity;
  /** Seconds a whole fetch from a peer may take. */
  deadlineSeconds: number;
  /** Seconds without a byte after which a stream is given up. */
  idleSeconds: number;
}

/** Streams that bring nothing new before a peer is given up. */
const FRUITLESS_STREAMS = 2;

/** The answers after which the same peer is asked again, from where it stopped. */
const PASSING: ReadonlySet<Status> = new Set([Status.UNAVAILABLE, Status.INTERNAL, Status.CANCELLED, Status.UNKNOWN]);

/** Fetches tensors from the latent stores of other workers. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #connections: Connections;

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#connections = new Connections(options.tls);
  }

  /** Resumes after a reset or a damaged chunk. `traceparent` names the span that calls. Throws ClientError, DamagedTensor, or the signal's reason. */
  async fetch(address: string, reference: TensorReference, signal: AbortSignal, traceparent?: string): Promise<Tensor> {
    const { deployment, secret } = this.#options;
    const tags = new ChunkTags(secret, deployment, Buffer.from(reference.digest, 'hex'));
    const assembly = new Assembly(reference, tags);
    const limit = new TimeLimit(signal, this.#options.deadlineSeconds);
    try {
      return await this.#assembled({ address, reference, traceparent }, assembly, limit);
    } finally {
      limit.clear();
    }
  }

  /** Tells a peer that a generation needs its tensors no more. */
  async release(address: string, generation: string, signal: AbortSignal, traceparent?: string): Promise<void> {
    const { deployment, secret } = this.#options;
    const capability = capabilityOf(secret, deployment, generation);
    const request = ReleaseRequest.encode({ deployment, generation, capability, version: EXCHANGE_VERSION }).finish();
    const call = { path: METHOD_PATHS.release, request, signal, traceparent, take: () => {} };
    await grpcCall(this.#connections.to(address), call);
  }

  close(): void {
    this.#connections.close();
  }

  async #assembled(task: PeersTask, assembly: Assembly, limit: TimeLimit): Promise<Tensor> {
    const { address } = task;
    for (let fruitless = 0; ;) {
      const { offset } = assembly;
      const session = this.#connections.to(address);
      try {
        await this.#stream(session, task, assembly, limit.signal);
        return assembly.finish();
      } catch (error) {
        if (!limit.expired) limit.signal.throwIfAborted();
        // An answer of the worker itself, such as NOT_FOUND, leaves the connection as it is.
        fruitless = assembly.offset > offset || !passes(error) ? 0 : fruitless + 1;
        const hopeless = fruitless >= FRUITLESS_STREAMS;
        // A tensor that comes damaged, or late, says nothing of the connection, over which others may come.
        if (hopeless && error instanceof ClientError) this.#connections.drop(address, session);
        if (hopeless || limit.expired || !passes(error)) throw error;
      }
    }
  }

  async #stream(
    session: ClientHttp2Session,
    { address, reference, traceparent }: PeersTask,
    assembly: Assembly,
    signal: AbortSignal,
  ): Promise<void> {
    const { deployment, secret, idleSeconds } = this.#options;
    const digest = Buffer.from(reference.digest, 'hex');
    const request = FetchRequest.encode({
      deployment,
      digest,
      offset: assembly.offset,
      capability: capabilityOf(secret, deployment, digest),
      version: EXCHANGE_VERSION,
    }).finish();
    const take = (message: Uint8Array) => {
      const { part } = FetchResponse.decode(message);
      if (part?.$case === 'data') assembly.take(part.value);
    };
    const idle = new TimeLimit(signal, idleSeconds);
    const heard = () => idle.refresh();
    try {
      await grpcCall(session, { path: METHOD_PATHS.fetch, request, signal: idle.signal, traceparent, take, heard });
    } catch (error) {
      if (idle.expired && !signal.aborted)
        throw new ClientError('Fetch', Status.UNAVAILABLE, `${address} sent nothing for ${idleSeconds} s`);
      throw error;
    } finally {
      idle.clear();
    }
  }
}

function passes(error: unknown): boolean {
  return error instanceof DamagedTensor || (error instanceof ClientError && PASSING.has(error.code));
}
