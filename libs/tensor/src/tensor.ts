/** Element types that latents, media and token ids have. float16 elements are kept as their bit patterns. */
export type DataType = 'float32' | 'float16' | 'int64' | 'uint8';

interface ElementArrays {
  float32: Float32Array;
  float16: Uint16Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
}

/** A dense tensor in C order. `data` holds exactly the product of `shape` elements. */
export interface Tensor<Type extends DataType = DataType> {
  readonly dataType: Type;
  readonly shape: readonly number[];
  readonly data: ElementArrays[Type];
}

export const BYTES_PER_ELEMENT = { float32: 4, float16: 2, int64: 8, uint8: 1 } as const satisfies Record<
  DataType,
  number
>;

/** Number of elements of a shape; 1 for a scalar's empty shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Throws when `data` has not the number of elements that `shape` says. */
export function tensor<Type extends DataType>(
  dataType: Type,
  shape: readonly number[],
  data: ElementArrays[Type],
): Tensor<Type> {
  if (data.length !== elementCount(shape)) {
    throw new Error(
      `a tensor of shape [${shape.join(', ')}] has ${elementCount(shape)} elements; ${data.length} were given`,
    );
  }
  return { dataType, shape, data };
}

/** A float32 tensor; zeros unless `data` is given. */
export function float32(
  shape: readonly number[],
  data: Float32Array = new Float32Array(elementCount(shape)),
): Tensor<'float32'> {
  return tensor('float32', shape, data);
}

/** The bytes of a tensor without a copy: little-endian, as every machine that we run on is. */
export function tensorBytes({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** A tensor over bytes: a view where they are aligned, a copy otherwise. Throws when their number does not fit the shape. */
export function tensorFromBytes(dataType: DataType, shape: readonly number[], bytes: Uint8Array): Tensor {
  const width = BYTES_PER_ELEMENT[dataType];
  const expected = elementCount(shape) * width;
  if (bytes.byteLength !== expected) {
    throw new Error(
      `a ${dataType} tensor of shape [${shape.join(', ')}] has ${expected} bytes; ${bytes.byteLength} were given`,
    );
  }
  // Not slice(): that of a Buffer is a view.
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const length = expected / width;
  switch (dataType) {
    case 'float32':
      return tensor(dataType, shape, new Float32Array(buffer, byteOffset, length));
    case 'float16':
      return tensor(dataType, shape, new Uint16Array(buffer, byteOffset, length));
    case 'int64':
      return tensor(dataType, shape, new BigInt64Array(buffer, byteOffset, length));
    case 'uint8':
      return tensor(dataType, shape, new Uint8Array(buffer, byteOffset, length));
  }
}

/** Row `index` of the first axis, without a copy. Throws when there is no such row. */
export function row(source: Tensor<'float32'>, index: number): Tensor<'float32'> {
  const [rows = 0, ...rest] = source.shape;
  if (index < 0 || index >= rows) throw new Error(`row ${index} of a tensor with ${rows} rows`);
  const size = elementCount(rest);
  return float32(rest, source.data.subarray(index * size, (index + 1) * size));
}

/** Puts equal shapes together along a new first axis. */
export function stack(parts: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const shape = parts[0]?.shape ?? [];
  const size = elementCount(shape);
  const data = new Float32Array(parts.length * size);
  parts.forEach((part, index) => {
    if (part.data.length !== size)
      throw new Error(`part ${index} has shape [${part.shape.join(', ')}], the first [${shape.join(', ')}]`);
    data.set(part.data, index * size);
  });
  return float32([parts.length, ...shape], data);
}
