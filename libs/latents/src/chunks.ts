import { crc32c } from '@node-rs/crc32';

/** Bytes of one data message; the last one of a tensor is shorter. Measured fastest (bench/latents). */
export const CHUNK_BYTES = 512 * 1024;
/** No message may be larger than that: a chunk of any version, and its frame. */
export const LARGEST_MESSAGE_BYTES = 1024 * 1024 + 1024;

/** crc32c of every chunk. */
export function chunkChecks(bytes: Uint8Array): Uint32Array {
  const checks = new Uint32Array(Math.ceil(bytes.byteLength / CHUNK_BYTES));
  for (let index = 0; index < checks.length; index += 1) checks[index] = crc32c(chunk(bytes, index));
  return checks;
}

/** Chunk `index`, without a copy. */
export function chunk(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
}
