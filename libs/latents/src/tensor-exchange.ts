import { hash } from 'node:crypto';
import {
  GenerationError,
  NO_TRACING,
  objectKeys,
  type AssetStore,
  type TensorReference,
  type Tracing,
} from '@medley/domain';
import { tensorBytes, tensorFromBytes, type Tensor } from '@medley/tensor';
import { referenceBytes } from './assembly.ts';
import { METHOD_PATHS } from './codec.ts';
import { inlineReference, inlineTensor } from './inline-tensor.ts';
import type { LatentStore } from './latent-store.ts';
import { Peers } from './peers.ts';
import { inClientSpan } from './rpc-spans.ts';
import { ThreadedPeers } from './threaded-peers.ts';
import type { TransportSecurity } from './transport-security.ts';

/** What an exchange tells the app, for metrics and logs. */
export type ExchangeEvent =
  | { type: 'published'; bytes: number; seconds: number }
  /** `store`: this process's own; `peer`: another worker's, by gRPC; `object`: S3. */
  | { type: 'fetched'; source: 'store' | 'peer' | 'object'; bytes: number; seconds: number }
  /** S3 is asked instead. */
  | { type: 'peer-failed'; address: string; error: unknown };

export interface TensorExchangeOptions {
  store: LatentStore;
  objects: AssetStore;
  /** Where `store` is served: LatentsServer.address. */
  address?: string;
  deployment: string;
  secret: string;
  tls?: TransportSecurity;
  /** Seconds a whole fetch from another worker may take. 20 by default. */
  deadlineSeconds?: number;
  /** Seconds without a byte after which another worker's stream is given up. 2 by default. */
  idleSeconds?: number;
  /** Tensors of up to so many bytes, at most INLINE_TENSOR_BYTES, lie in their references. 0, none, by default. */
  inlineBytes?: number;
  /** Not told of tensors in references: nothing is moved for them. */
  observe?: (event: ExchangeEvent) => void;
  /** Has a span for every call of another worker. */
  tracing?: Tracing | undefined;
}

/** Tensors from this size on are received on a thread: it costs 19 MB of memory, and what is smaller comes in a few buffers. */
const THREADED_BYTES = 1024 * 1024;

/** Hands tensors between workers: memory first, S3 behind it. */
export class TensorExchange {
  readonly #options: TensorExchangeOptions;
  readonly #peers: Peers;
  readonly #threaded: ThreadedPeers;
  readonly #tracing: Tracing;

  constructor(options: TensorExchangeOptions) {
    this.#options = options;
    this.#tracing = options.tracing ?? NO_TRACING;
    const { deployment, secret, tls, deadlineSeconds = 20, idleSeconds = 2 } = options;
    const peers = { deployment, secret, deadlineSeconds, idleSeconds, ...(tls && { tls }) };
    this.#peers = new Peers(peers);
    this.#threaded = new ThreadedPeers(peers);
  }

  /**
   * Holds a float32 or float16 tensor and resolves when S3 has it too, or at once for one that lies in its reference.
   * Its data must not change after this, nor its buffer be transferred. Throws GenerationError `storage_unavailable` or `storage_full`, or the signal's reason.
   */
  async publish(generation: string, tensor: Tensor, signal: AbortSignal): Promise<TensorReference> {
    signal.throwIfAborted();
    const begin = performance.now();
    const { store, objects, address, inlineBytes = 0, observe } = this.#options;
    const bytes = tensorBytes(tensor);
    if (inlineBytes > 0 && bytes.byteLength <= inlineBytes) return inlineReference(tensor);
    const reference = store.put(generation, tensor);
    const contentType = 'application/octet-stream';
    await objects.put(objectKeys.tensor(generation, reference.digest), bytes, { contentType, signal });
    observe?.({ type: 'published', bytes: bytes.byteLength, seconds: (performance.now() - begin) / 1000 });
    const served = address !== undefined && store.get(reference.digest) !== undefined;
    return served ? { ...reference, address } : reference;
  }

  /**
   * The tensor from the reference, this process's store, else from the worker that the reference names, else from S3; the bytes were
   * hashed, or a holder of the deployment's secret has tagged them as those of its digest. Its data must not be written to.
   * Throws GenerationError `tensor_gone` (retryable) when it is nowhere, `storage_unavailable`, or the signal's reason.
   */
  async fetch(generation: string, reference: TensorReference, signal: AbortSignal): Promise<Tensor> {
    signal.throwIfAborted();
    if (reference.inline !== undefined) return inlineTensor({ ...reference, inline: reference.inline });
    const begin = performance.now();
    const { source, tensor } = await this.#find(generation, reference, signal);
    const seconds = (performance.now() - begin) / 1000;
    this.#options.observe?.({ type: 'fetched', source, bytes: tensor.data.byteLength, seconds });
    return tensor;
  }

  /** Lets go what is held for a generation. */
  release(generation: string): void {
    this.#options.store.release(generation);
  }

  /** Lets go what is held for a generation, here and where the references say. A worker that does not hear of it keeps it to the end of the lease. */
  async releaseEverywhere(
    generation: string,
    references: readonly TensorReference[],
    signal: AbortSignal,
  ): Promise<void> {
    this.release(generation);
    const addresses = new Set(references.flatMap(({ address }) => address ?? []));
    if (this.#options.address !== undefined) addresses.delete(this.#options.address);
    await Promise.allSettled(
      [...addresses].map((address) =>
        inClientSpan(this.#tracing, { path: METHOD_PATHS.release, address }, (traceparent) =>
          this.#peers.release(address, generation, signal, traceparent),
        ),
      ),
    );
  }

  /** Ends the connections to other workers. */
  close(): void {
    this.#peers.close();
    void this.#threaded.close();
  }

  async #find(
    generation: string,
    reference: TensorReference,
    signal: AbortSignal,
  ): Promise<{ source: 'store' | 'peer' | 'object'; tensor: Tensor }> {
    const { digest, data_type: dataType, shape, address } = reference;
    const held = this.#options.store.get(digest);
    if (held !== undefined) return { source: 'store', tensor: tensorFromBytes(dataType, shape, held.bytes) };
    if (address !== undefined && address !== this.#options.address) {
      const peers = referenceBytes(reference) < THREADED_BYTES ? this.#peers : this.#threaded;
      try {
        const tensor = await inClientSpan(this.#tracing, { path: METHOD_PATHS.fetch, address }, (traceparent) =>
          peers.fetch(address, reference, signal, traceparent),
        );
        return { source: 'peer', tensor };
      } catch (error) {
        signal.throwIfAborted();
        this.#options.observe?.({ type: 'peer-failed', address, error });
      }
    }
    return { source: 'object', tensor: await this.#fromObjects(generation, reference, signal) };
  }

  async #fromObjects(generation: string, reference: TensorReference, signal: AbortSignal): Promise<Tensor> {
    const { digest, data_type: dataType, shape } = reference;
    const object = await this.#options.objects.get(objectKeys.tensor(generation, digest), { signal });
    if (object === undefined)
      throw new GenerationError('tensor_gone', `the tensor ${digest} of ${generation} is held nowhere any more`);
    if (hash('sha256', object.body, 'hex') !== digest)
      throw new GenerationError(
        'storage_unavailable',
        `storage answered other bytes than those of the tensor ${digest}`,
      );
    return tensorFromBytes(dataType, shape, object.body);
  }
}
