import { tensor, type Tensor } from './tensor.ts';

/** IEEE 754 half precision. Node 24 has Float16Array, which rounds to nearest even. */

interface HalfArray {
  readonly buffer: ArrayBuffer;
  readonly length: number;
  [index: number]: number;
}
const Half = (
  globalThis as unknown as {
    Float16Array: new (source: ArrayLike<number> | ArrayBufferLike, offset?: number, length?: number) => HalfArray;
  }
).Float16Array;

/** float32 → float16; values beyond 65504 become infinite. */
export function toFloat16(source: Tensor<'float32'>): Tensor<'float16'> {
  return tensor('float16', source.shape, new Uint16Array(new Half(source.data).buffer));
}

/** float16 → float32, exact. */
export function toFloat32(source: Tensor<'float16'> | Tensor<'float32'>): Tensor<'float32'> {
  if (source.dataType === 'float32') return source;
  const { buffer, byteOffset, length } = source.data;
  return tensor('float32', source.shape, Float32Array.from(new Half(buffer, byteOffset, length)));
}
