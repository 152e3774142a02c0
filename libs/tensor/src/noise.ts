import { philoxInto } from './philox.ts';
import { elementCount, float32, type Tensor } from './tensor.ts';

/** What noise depends on, and nothing else: not on neighbours in a batch, the order of outputs, or the worker. */
export interface NoiseKey {
  /** 0 … 2^53-1. */
  seed: number;
  /** Index of the modality, 0 … 3. */
  modality: number;
  sample: number;
  /** 0 for the initial latent; further streams are independent. */
  stream: number;
}

const TWO_32 = 0x1_0000_0000;

/**
 * Standard normals by Philox4x32-10 and Box-Muller. Counter words are (block, 0, stream, sample), key words
 * (low 32 bits of the seed, high 32 bits XOR modality); u = (word + 0.5) / 2^32; each pair of words gives the cosine, then the sine.
 */
export function standardNormal(shape: readonly number[], key: NoiseKey): Tensor<'float32'> {
  const count = elementCount(shape);
  const data = new Float32Array(count);
  const words = new Uint32Array(4);
  const low = key.seed % TWO_32;
  const high = Math.floor(key.seed / TWO_32) ^ key.modality;
  for (let start = 0; start < count; start += 4) {
    philoxInto(words, 0, start / 4, 0, key.stream, key.sample, low, high);
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[pair]! + 0.5) / TWO_32));
      const angle = 2 * Math.PI * ((words[pair + 1]! + 0.5) / TWO_32);
      // Writes beyond the end of a typed array are ignored.
      data[start + pair] = radius * Math.cos(angle);
      data[start + pair + 1] = radius * Math.sin(angle);
    }
  }
  return float32(shape, data);
}

/** One uniform number in (0, 1) for each `counter`, under the same key: used to draw tokens. */
export function uniform(counter: number, key: NoiseKey): number {
  const words = new Uint32Array(4);
  philoxInto(
    words,
    0,
    counter,
    1,
    key.stream,
    key.sample,
    key.seed % TWO_32,
    Math.floor(key.seed / TWO_32) ^ key.modality,
  );
  return (words[0]! + 0.5) / TWO_32;
}
