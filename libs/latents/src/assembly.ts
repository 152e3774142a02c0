import { hash } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';
import type { TensorReference } from '@medley/domain';
import { BYTES_PER_ELEMENT, elementCount, tensorFromBytes, type Tensor } from '@medley/tensor';
import type { ChunkTags } from './chunk-tags.ts';
import type { Data } from './generated/medley/latents/v1/latents.ts';

/** What came of a tensor is not what was sent. */
export class DamagedTensor extends Error {
  override readonly name = 'DamagedTensor';
}

/** The bytes that a reference stands for. */
export function referenceBytes({ data_type: dataType, shape }: TensorReference): number {
  return elementCount(shape) * BYTES_PER_ELEMENT[dataType];
}

/** Puts the chunks of one tensor together, over as many streams as it takes. */
export class Assembly {
  readonly #reference: TensorReference;
  readonly #tags: ChunkTags;
  readonly #expected: number;
  #bytes: Uint8Array | undefined;
  #offset = 0;
  /** Whether every chunk had the tag of one who knows the secret. If not, the whole is hashed in the end. */
  #tagged = true;

  /** `tags`: those of the reference's digest. */
  constructor(reference: TensorReference, tags: ChunkTags) {
    this.#reference = reference;
    this.#tags = tags;
    this.#expected = referenceBytes(reference);
  }

  /** First byte that is still missing: where the next stream begins. */
  get offset(): number {
    return this.#offset;
  }

  /** Copies a chunk. Throws DamagedTensor for one that is not the next, too long, or damaged; what came before it stays. */
  take({ offset, data, crc32c: check, tag }: Data): void {
    const end = offset + data.byteLength;
    if (offset > this.#offset || end > this.#expected)
      throw new DamagedTensor(`bytes ${offset} to ${end} came where ${this.#offset} to ${this.#expected} are missing`);
    const tagged = tag.byteLength > 0;
    // A tag says all that the checksum says.
    if (tagged ? !this.#tags.isTag(tag, offset, data) : crc32c(data) !== check)
      throw new DamagedTensor(`the checksum of bytes ${offset} to ${end} is wrong`);
    this.#tagged &&= tagged;
    if (end <= this.#offset) return;
    (this.#bytes ??= uninitialised(this.#expected)).set(data.subarray(this.#offset - offset), this.#offset);
    this.#offset = end;
  }

  /** Throws DamagedTensor when bytes are missing, or they are not those of the digest. */
  finish(): Tensor {
    const { data_type: dataType, shape, digest } = this.#reference;
    if (this.#offset !== this.#expected)
      throw new DamagedTensor(`the stream ended after ${this.#offset} of ${this.#expected} bytes`);
    const bytes = this.#bytes ?? new Uint8Array(0);
    if (!this.#tagged && hash('sha256', bytes, 'hex') !== digest)
      throw new DamagedTensor(`what came is not the tensor ${digest}`);
    return tensorFromBytes(dataType, shape, bytes);
  }
}

/** Memory of its own, not zeroed: every byte of it is about to be written. */
function uninitialised(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}
