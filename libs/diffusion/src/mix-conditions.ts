import { GenerationError } from '@medley/domain';
import { float32, type Tensor } from '@medley/tensor';

/**
 * Interpolates embeddings by weight (CoDi, section 3.2): Σ (wᵢ / Σw) · embeddingᵢ, not normalised again. All have the
 * shape [T, D]. Throws GenerationError `invalid_request` when all weights are 0.
 */
export function mixConditions(parts: readonly { embedding: Tensor<'float32'>; weight: number }[]): Tensor<'float32'> {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) {
    throw new GenerationError('invalid_request', 'the weights of conditions are all 0; at least one must be greater', {
      pointer: '/conditions',
    });
  }
  const { shape } = parts[0]!.embedding;
  const mixed = float32(shape);
  for (const { embedding, weight } of parts) {
    const share = weight / total;
    for (let index = 0; index < mixed.data.length; index += 1) mixed.data[index]! += share * embedding.data[index]!;
  }
  return mixed;
}
