import { createHash } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';
import type { TensorReference } from '@medley/domain';
import { BYTES_PER_ELEMENT, elementCount, tensorFromBytes, type Tensor } from '@medley/tensor';
import type { Data } from './generated/medley/latents/v1/latents.ts';

/** What came of a tensor is not what was sent. */
export class DamagedTensor extends Error {
  override readonly name = 'DamagedTensor';
}

/** The bytes that a reference stands for. */
function referenceBytes({ data_type: dataType, shape }: TensorReference): number {
  return elementCount(shape) * BYTES_PER_ELEMENT[dataType];
}

/** Puts the chunks of one tensor together, over as many streams as it takes. */
export class Assembly {
  readonly #reference: TensorReference;
  readonly #expected: number;
  readonly #hash = createHash('sha256');
  #bytes: Uint8Array | undefined;
  #offset = 0;

  constructor(reference: TensorReference) {
    this.#reference = reference;
    this.#expected = referenceBytes(reference);
  }

  /** First byte that is still missing: where the next stream begins. */
  get offset(): number {
    return this.#offset;
  }

  /** Throws DamagedTensor for a chunk that is not the next one, too long, or damaged; what came before it stays. */
  take({ offset, data, crc32c: check }: Data): void {
    const end = offset + data.byteLength;
    if (offset > this.#offset || end > this.#expected)
      throw new DamagedTensor(`bytes ${offset} to ${end} came where ${this.#offset} to ${this.#expected} are missing`);
    if (crc32c(data) !== check) throw new DamagedTensor(`the checksum of bytes ${offset} to ${end} is wrong`);
    const fresh = data.subarray(this.#offset - offset);
    if (fresh.byteLength === this.#expected)
      this.#bytes = new Uint8Array(fresh.buffer, fresh.byteOffset, fresh.byteLength);
    else (this.#bytes ??= uninitialised(this.#expected)).set(fresh, this.#offset);
    this.#hash.update(fresh);
    this.#offset = end;
  }

  /** Throws DamagedTensor when bytes are missing, or their sha256 is another. */
  finish(): Tensor {
    const { data_type: dataType, shape, digest } = this.#reference;
    if (this.#offset !== this.#expected)
      throw new DamagedTensor(`the stream ended after ${this.#offset} of ${this.#expected} bytes`);
    if (this.#hash.digest('hex') !== digest) throw new DamagedTensor(`what came is not the tensor ${digest}`);
    return tensorFromBytes(dataType, shape, this.#bytes ?? new Uint8Array(0));
  }
}

/** Memory of its own, not zeroed: every byte of it is about to be written. */
function uninitialised(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}
