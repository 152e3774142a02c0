import { tensorBytes, tensorFromBytes, float32 } from '@medley/tensor';
import type { Modality } from '@medley/domain';
import type { Checkpoint } from './run.ts';

const PARTS = ['latent', 'samplerHistory'] as const;
/** Bytes in which the length of the header stands. */
const LENGTH_BYTES = 8;

interface Entry {
  dtype: 'F32';
  shape: [number];
  data_offsets: [number, number];
}

/** A checkpoint as a safetensors file (https://huggingface.co/docs/safetensors, Format): float32, named `<modality>.<sample>.<part>`. */
export function checkpointBytes({ v, bundleDigest, epoch, step, outputs }: Checkpoint): Uint8Array {
  const metadata = { v: String(v), bundle: bundleDigest, epoch: String(epoch), step: String(step) };
  const header: Record<string, Entry | typeof metadata> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const output of outputs) {
    for (const part of PARTS) {
      const bytes = tensorBytes(float32([output[part].length], output[part]));
      const entry: Entry = { dtype: 'F32', shape: [output[part].length], data_offsets: [at, at + bytes.byteLength] };
      header[`${output.modality}.${output.sample}.${part}`] = entry;
      parts.push(bytes);
      at += bytes.byteLength;
    }
  }
  const words = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  // Data begins at a multiple of eight.
  const padded = Buffer.concat([words, Buffer.alloc(-words.byteLength & 7, ' ')]);
  length.writeBigUInt64LE(BigInt(padded.byteLength));
  return Buffer.concat([length, padded, ...parts]);
}

/** The checkpoint that `checkpointBytes` wrote. Throws an Error for anything else. */
export function checkpointFromBytes(bytes: Uint8Array): Checkpoint {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = LENGTH_BYTES + Number(file.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(file.toString('utf8', LENGTH_BYTES, begin)) as Record<
    string,
    Entry
  > & { __metadata__: Record<string, string> };
  if (metadata['v'] !== '1') throw new Error(`the checkpoint is of version ${metadata['v']}; 1 is known`);
  const read = (name: string): Float32Array => {
    const { shape, data_offsets: offsets } = entries[name]!;
    const part = file.subarray(begin + offsets[0], begin + offsets[1]);
    return tensorFromBytes('float32', shape, part).data as Float32Array;
  };
  const names = Object.keys(entries).flatMap((name) => (name.endsWith(`.${PARTS[0]}`) ? [name.split('.')] : []));
  return {
    v: 1,
    bundleDigest: metadata['bundle']!,
    epoch: Number(metadata['epoch']),
    step: Number(metadata['step']),
    outputs: names.map(([modality, sample]) => ({
      modality: modality as Modality,
      sample: Number(sample),
      latent: read(`${modality}.${sample}.latent`),
      samplerHistory: read(`${modality}.${sample}.samplerHistory`),
    })),
  };
}
