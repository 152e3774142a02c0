import { hash } from 'node:crypto';
import type { TensorReference } from '@medley/domain';
import { tensorBytes, type Tensor } from '@medley/tensor';

/** What a reference calls a float32 or float16 tensor, wherever it lies. Throws for one of another type. */
export function nameOf(tensor: Tensor): Pick<TensorReference, 'digest' | 'data_type' | 'shape'> {
  const { dataType, shape } = tensor;
  if (dataType !== 'float32' && dataType !== 'float16')
    throw new Error(`a tensor of ${dataType} can't be exchanged; float32 and float16 can`);
  return { digest: hash('sha256', tensorBytes(tensor), 'hex'), data_type: dataType, shape: [...shape] };
}
