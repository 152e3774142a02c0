import { hash } from 'node:crypto';
import { GenerationError, type TensorReference } from '@medley/domain';
import { tensorBytes, tensorFromBytes, type Tensor } from '@medley/tensor';
import { referenceBytes } from './assembly.ts';
import { nameOf } from './tensor-name.ts';

type InlineReference = TensorReference & { inline: string };

/** A reference that holds its tensor, which has INLINE_TENSOR_BYTES at most. */
export function inlineReference(tensor: Tensor): InlineReference {
  return { ...nameOf(tensor), inline: Buffer.from(tensorBytes(tensor)).toString('base64') };
}

/** The tensor that a reference holds. Throws GenerationError `tensor_gone` where it is not the one of its digest. */
export function inlineTensor(reference: InlineReference): Tensor {
  const { digest, data_type: dataType, shape, inline } = reference;
  const bytes = new Uint8Array(Buffer.from(inline, 'base64'));
  if (bytes.byteLength !== referenceBytes(reference) || hash('sha256', bytes, 'hex') !== digest)
    throw new GenerationError('tensor_gone', `what lies in the reference of the tensor ${digest} is not that tensor`);
  return tensorFromBytes(dataType, shape, bytes);
}
