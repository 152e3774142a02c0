import type { TensorReference } from '@medley/domain';
import { tensorBytes, type Tensor } from '@medley/tensor';
import { chunkChecks } from './chunks.ts';
import { nameOf } from './tensor-name.ts';

/** A tensor in memory, ready to be sent. */
export interface HeldTensor {
  /** sha256, hex. */
  readonly digest: string;
  readonly dataType: TensorReference['data_type'];
  readonly shape: readonly number[];
  /** Little-endian, C order; the producer's own memory. */
  readonly bytes: Uint8Array;
  /** crc32c of every chunk, taken when the tensor came. */
  readonly checks: Uint32Array;
}

export interface LatentStoreOptions {
  /** Bytes held at most. */
  budgetBytes: number;
  /** Seconds after which a tensor goes, unless it is put again. */
  leaseSeconds: number;
}

interface Entry {
  held: HeldTensor;
  bytes: number;
  generations: Set<string>;
  /** Milliseconds of the monotonic clock. */
  expires: number;
}

/** Tensors that a worker made, kept for whoever fetches them next. S3 holds them too: what does not fit just goes, the oldest lease first. */
export class LatentStore {
  readonly #options: LatentStoreOptions;
  /** In the order of their leases. */
  readonly #entries = new Map<string, Entry>();
  #heldBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LatentStoreOptions) {
    this.#options = options;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Holds a float32 or float16 tensor without a copy: its data must not change, nor its buffer be transferred. One beyond the budget is not held. */
  put(generation: string, tensor: Tensor): TensorReference {
    const name = nameOf(tensor);
    const { digest, data_type: dataType, shape } = name;
    this.#hold(generation, { digest, dataType, shape, bytes: tensorBytes(tensor) });
    return name;
  }

  get(digest: string): HeldTensor | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    // A buffer that someone transferred is empty.
    if (entry.expires > performance.now() && entry.held.bytes.byteLength === entry.bytes) return entry.held;
    this.#drop(digest, entry);
    return undefined;
  }

  /** Lets go what no other generation needs. */
  release(generation: string): void {
    for (const [digest, entry] of this.#entries) {
      if (entry.generations.delete(generation) && entry.generations.size === 0) this.#drop(digest, entry);
    }
  }

  #hold(generation: string, tensor: Omit<HeldTensor, 'checks'>): void {
    const { digest, bytes } = tensor;
    const known = this.#entries.get(digest);
    if (known !== undefined) this.#drop(digest, known);
    if (bytes.byteLength > this.#options.budgetBytes) return;
    for (const [oldest, entry] of this.#entries) {
      if (this.#heldBytes + bytes.byteLength <= this.#options.budgetBytes) break;
      this.#drop(oldest, entry);
    }
    this.#entries.set(digest, {
      held: { ...tensor, checks: chunkChecks(bytes) },
      bytes: bytes.byteLength,
      generations: new Set(known?.generations).add(generation),
      expires: performance.now() + this.#options.leaseSeconds * 1000,
    });
    this.#heldBytes += bytes.byteLength;
    this.#timer ??= this.#wait();
  }

  #drop(digest: string, entry: Entry): void {
    this.#entries.delete(digest);
    this.#heldBytes -= entry.bytes;
  }

  /** Frees expired leases even when nobody asks any more. */
  #wait(): NodeJS.Timeout {
    const [first] = this.#entries.values();
    return setTimeout(
      () => {
        const now = performance.now();
        for (const [digest, entry] of this.#entries) {
          if (entry.expires > now) break;
          this.#drop(digest, entry);
        }
        this.#timer = this.#entries.size > 0 ? this.#wait() : undefined;
      },
      Math.max(0, first!.expires - performance.now()) + 1,
    ).unref();
  }
}
