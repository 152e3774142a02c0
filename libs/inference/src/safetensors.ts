import { readFileSync } from 'node:fs';
import { tensorFromBytes, toFloat32, type Tensor } from '@medley/tensor';

const TYPES = { F32: 'float32', F16: 'float16', I64: 'int64' } as const;

/** Reads a safetensors file: eight bytes of header length, a JSON header, then the data. float16 becomes float32. */
export function readSafetensors(path: string | URL): Map<string, Tensor> {
  const file = readFileSync(path);
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<
    string,
    { dtype: keyof typeof TYPES; shape: number[]; data_offsets: [number, number] }
  >;
  delete header['__metadata__'];
  return new Map(
    Object.entries(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [start, end],
        },
      ]) => {
        const read = tensorFromBytes(TYPES[dtype], shape, file.subarray(8 + length + start, 8 + length + end));
        return [name, read.dataType === 'float16' ? toFloat32(read as Tensor<'float16'>) : read];
      },
    ),
  );
}
