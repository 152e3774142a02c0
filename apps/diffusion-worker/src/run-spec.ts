import { randomUUID } from 'node:crypto';
import { mixConditions, type RunSpec } from '@medley/diffusion';
import { GenerationError, encodeRoles, type LiveState } from '@medley/domain';
import type { TensorExchange } from '@medley/latents';
import { toFloat32, type Tensor } from '@medley/tensor';
import type { ServedBundle } from './served-bundle.ts';

/**
 * What the engine needs of a generation: its embeddings mixed by weight; beside them the negative prompt's embedding, or
 * the null conditions of the modalities given, mixed by the same weights. Throws GenerationError `worker_crashed` when a
 * condition was never encoded, or what `fetch` throws.
 */
export async function buildRunSpec(
  { request, epoch, embeddings }: LiveState,
  { bundle, nullConditions }: ServedBundle,
  exchange: TensorExchange,
  signal: AbortSignal,
): Promise<RunSpec> {
  const encoded = await Promise.all(
    encodeRoles(request).map(async (role): Promise<Tensor<'float32'>> => {
      const reference = embeddings[role];
      if (reference === undefined) {
        const name = role < request.conditions.length ? `conditions[${role}]` : 'negative';
        throw new GenerationError('worker_crashed', `${name} was not encoded: every attempt was cut short`);
      }
      const tensor = await exchange.fetch(request.id, reference, signal);
      return toFloat32(tensor as Tensor<'float32'> | Tensor<'float16'>);
    }),
  );
  const negative = encoded[request.conditions.length];
  const mix = (embedding: (index: number) => Tensor<'float32'>) =>
    mixConditions(request.conditions.map(({ weight }, index) => ({ weight, embedding: embedding(index) })));
  return {
    // Not the job's id: one execution may begin while another that lost its lock still ends.
    id: `${request.id}-e${epoch}-${randomUUID()}`,
    epoch,
    seed: request.seed,
    outputs: request.outputs.map(({ type, guidance }) => ({ modality: type, guidance })),
    samples: request.samples,
    steps: request.steps,
    sampler: request.sampler,
    attends: bundle.manifest.environment.attends[0]!,
    condition: mix((index) => encoded[index]!),
    unconditional: negative ?? mix((index) => nullConditions.get(request.conditions[index]!.type)!),
    determinism: request.determinism,
  };
}
