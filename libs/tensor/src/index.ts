export {
  BYTES_PER_ELEMENT,
  elementCount,
  float32,
  row,
  stack,
  tensor,
  tensorBytes,
  tensorFromBytes,
  type DataType,
  type Tensor,
} from './tensor.ts';
export { toFloat16, toFloat32 } from './float16.ts';
export { philox4x32 } from './philox.ts';
export { standardNormal, uniform, type NoiseKey } from './noise.ts';
