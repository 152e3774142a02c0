import { generationId, type BundleRef, type GenerationRequest } from '@medley/domain';

/** A new request for a picture of one text, as it stands in S3. */
export function sampleRequest(bundle: BundleRef, overrides: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    v: 1,
    id: generationId(),
    owner: 'key_a',
    created_at: new Date().toISOString(),
    bundle: { name: bundle.name, digest: bundle.digest },
    conditions: [{ type: 'text', text: 'a dog on a blue background', weight: 1 }],
    outputs: [{ type: 'image', format: 'png', guidance: 3 }],
    steps: 4,
    sampler: 'ddim',
    samples: 1,
    seed: 7,
    determinism: 'tolerant',
    priority: 'normal',
    metadata: {},
    ...overrides,
  };
}
