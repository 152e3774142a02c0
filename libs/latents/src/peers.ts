import type { TensorReference } from '@medley/domain';
import type { Tensor } from '@medley/tensor';
import { createChannel, createClient, type Channel, type ChannelOptions } from 'nice-grpc';
import { ClientError, Status } from 'nice-grpc-common';
import { Assembly, DamagedTensor } from './assembly.ts';
import { capabilityOf } from './capability.ts';
import { LARGEST_MESSAGE_BYTES } from './chunks.ts';
import { LatentsServiceDefinition, type LatentsServiceClient } from './generated/medley/latents/v1/latents.ts';
import { EXCHANGE_VERSION } from './latents-service.ts';
import { CERTIFICATE_NAME, channelCredentials, type TransportSecurity } from './transport-security.ts';

export interface PeersOptions {
  deployment: string;
  secret: string;
  tls?: TransportSecurity;
  /** Seconds a whole fetch from a peer may take. */
  deadlineSeconds: number;
  /** Seconds without a message after which a stream is given up. */
  idleSeconds: number;
}

/** Streams that bring nothing new before a peer is given up. */
const FRUITLESS_STREAMS = 2;
/** Connections kept; the one that was used longest ago goes first. */
const CONNECTIONS = 32;

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': LARGEST_MESSAGE_BYTES,
  'grpc-node.flow_control_window': 8 * 1024 * 1024,
  'grpc.enable_retries': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.ssl_target_name_override': CERTIFICATE_NAME,
};

/** The answers after which the same peer is asked again, from where it stopped. */
const PASSING: ReadonlySet<Status> = new Set([Status.UNAVAILABLE, Status.INTERNAL, Status.CANCELLED, Status.UNKNOWN]);

/** Fetches tensors from the latent stores of other workers. */
export class Peers {
  readonly #options: PeersOptions;
  /** In the order of their last use. */
  readonly #connections = new Map<string, { channel: Channel; client: LatentsServiceClient }>();

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  /** Resumes after a reset or a damaged chunk. Throws ClientError, DamagedTensor, or the signal's reason. */
  async fetch(address: string, reference: TensorReference, signal: AbortSignal): Promise<Tensor> {
    const assembly = new Assembly(reference);
    const late = AbortSignal.timeout(this.#options.deadlineSeconds * 1000);
    const whole = AbortSignal.any([signal, late]);
    for (let fruitless = 0; ;) {
      const { offset } = assembly;
      try {
        await this.#stream(address, reference, assembly, whole);
        return assembly.finish();
      } catch (error) {
        signal.throwIfAborted();
        // An answer of the worker itself, such as NOT_FOUND, leaves the connection as it is.
        fruitless = assembly.offset > offset || !passes(error) ? 0 : fruitless + 1;
        const hopeless = late.aborted || fruitless >= FRUITLESS_STREAMS;
        if (hopeless) this.#disconnect(address);
        if (hopeless || !passes(error)) throw error;
      }
    }
  }

  /** Tells a peer that a generation needs its tensors no more. */
  async release(address: string, generation: string, signal: AbortSignal): Promise<void> {
    const { deployment, secret } = this.#options;
    const capability = capabilityOf(secret, deployment, generation);
    const request = { deployment, generation, capability, version: EXCHANGE_VERSION };
    await this.#client(address).release(request, { signal });
  }

  close(): void {
    for (const { channel } of this.#connections.values()) channel.close();
    this.#connections.clear();
  }

  async #stream(address: string, reference: TensorReference, assembly: Assembly, signal: AbortSignal): Promise<void> {
    const { deployment, secret, idleSeconds } = this.#options;
    const digest = Buffer.from(reference.digest, 'hex');
    const idle = new AbortController();
    const timer = setTimeout(() => idle.abort(), idleSeconds * 1000);
    const request = {
      deployment,
      digest,
      offset: assembly.offset,
      capability: capabilityOf(secret, deployment, digest),
      version: EXCHANGE_VERSION,
    };
    try {
      const stream = this.#client(address).fetch(request, { signal: AbortSignal.any([signal, idle.signal]) });
      for await (const { part } of stream) {
        timer.refresh();
        if (part?.$case === 'data') assembly.take(part.value);
      }
    } catch (error) {
      if (idle.signal.aborted && !signal.aborted)
        throw new ClientError('Fetch', Status.UNAVAILABLE, `${address} sent nothing for ${idleSeconds} s`);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A worker that is gone is not looked for until it is asked again. */
  #disconnect(address: string): void {
    this.#connections.get(address)?.channel.close();
    this.#connections.delete(address);
  }

  #client(address: string): LatentsServiceClient {
    const known = this.#connections.get(address);
    this.#connections.delete(address);
    const connection = known ?? this.#connect(address);
    this.#connections.set(address, connection);
    for (const oldest of this.#connections.keys()) {
      if (this.#connections.size <= CONNECTIONS) break;
      this.#disconnect(oldest);
    }
    return connection.client;
  }

  #connect(address: string): { channel: Channel; client: LatentsServiceClient } {
    const channel = createChannel(address, channelCredentials(this.#options.tls), CHANNEL_OPTIONS);
    return { channel, client: createClient(LatentsServiceDefinition, channel) };
  }
}

function passes(error: unknown): boolean {
  return error instanceof DamagedTensor || (error instanceof ClientError && PASSING.has(error.code));
}
