import { hash } from 'node:crypto';
import { GenerationError, INLINE_TENSOR_BYTES, type TensorReference } from '@medley/domain';
import { tensorBytes, tensorFromBytes, type Tensor } from '@medley/tensor';
import { referenceBytes } from './assembly.ts';

/** The name of a float32 or float16 tensor; where it lies is for others to say. Throws for one of another type. */
export function nameOf(tensor: Tensor): Pick<TensorReference, 'digest' | 'data_type' | 'shape'> {
  const { dataType, shape } = tensor;
  if (dataType !== 'float32' && dataType !== 'float16')
    throw new Error(`a tensor of ${dataType} can't be exchanged; float32 and float16 can`);
  return { digest: hash('sha256', tensorBytes(tensor), 'hex'), data_type: dataType, shape: [...shape] };
}

/** A reference that holds its tensor; undefined for one of more than INLINE_TENSOR_BYTES. */
export function inlineReference(tensor: Tensor): TensorReference | undefined {
  const bytes = tensorBytes(tensor);
  if (bytes.byteLength > INLINE_TENSOR_BYTES) return undefined;
  return { ...nameOf(tensor), inline: Buffer.from(bytes).toString('base64') };
}

/** The tensor that a reference holds. Throws GenerationError `tensor_gone` where it is not the one of its digest. */
export function inlineTensor(reference: TensorReference, inline: string): Tensor {
  const { digest, data_type: dataType, shape } = reference;
  const bytes = new Uint8Array(Buffer.from(inline, 'base64'));
  if (bytes.byteLength !== referenceBytes(reference) || hash('sha256', bytes, 'hex') !== digest)
    throw new GenerationError('tensor_gone', `the bytes that lie beside the tensor ${digest} are not its own`);
  return tensorFromBytes(dataType, shape, bytes);
}
