import { z } from 'zod';
import { SAMPLERS } from './bundle-manifest.ts';
import { MODALITIES } from './modality.ts';
import { webhookSubscriptions } from './webhook-subscription.ts';

/** What a generation keeps of an asset. */
export const assetReference = z.strictObject({
  id: z.string(),
  content_type: z.string(),
  sha256: z.string(),
  bytes: z.int(),
});
export type AssetReference = z.infer<typeof assetReference>;

const condition = z.union([
  z.strictObject({ type: z.literal('text'), text: z.string(), weight: z.number() }),
  z.strictObject({ type: z.enum(['image', 'audio', 'video']), asset: assetReference, weight: z.number() }),
  z.strictObject({ type: z.enum(['image', 'audio', 'video']), url: z.string(), weight: z.number() }),
]);
export type Condition = z.infer<typeof condition>;

export const FORMATS = {
  text: ['txt'],
  image: ['png', 'webp'],
  audio: ['wav', 'flac', 'opus'],
  video: ['mp4', 'webm'],
} as const satisfies Record<(typeof MODALITIES)[number], readonly string[]>;

const requestedOutput = z.strictObject({
  type: z.enum(MODALITIES),
  format: z.string(),
  guidance: z.number(),
  max_tokens: z.int().optional(),
});
export type RequestedOutput = z.infer<typeof requestedOutput>;

/** A generation as it is accepted and stored: every default is filled in, every medium is an asset or a URL still to be fetched. */
export const generationRequest = z.strictObject({
  v: z.literal(1),
  id: z.string(),
  /** Id of the API key that sent it. */
  owner: z.string(),
  created_at: z.string(),
  bundle: z.strictObject({ name: z.string(), digest: z.string() }),
  conditions: z.array(condition).min(1),
  negative: z.string().optional(),
  outputs: z.array(requestedOutput).min(1),
  steps: z.int(),
  sampler: z.enum(SAMPLERS),
  samples: z.int(),
  seed: z.int(),
  determinism: z.enum(['tolerant', 'strict']),
  priority: z.enum(['low', 'normal', 'high']),
  deadline_seconds: z.number().optional(),
  metadata: z.record(z.string(), z.string()),
  webhooks: webhookSubscriptions.optional(),
  /** sha256 of the body as it was sent, when an Idempotency-Key came with it. */
  fingerprint: z.string().optional(),
  /** Of what accepted it (W3C Trace Context): all that is done for it belongs to this trace, whoever does it and when. */
  traceparent: z.string().optional(),
});
export type GenerationRequest = z.infer<typeof generationRequest>;

/** One encode job for each condition; the negative prompt, if there is one, comes last. */
export function encodeRoles(request: GenerationRequest): number[] {
  const count = request.conditions.length + (request.negative === undefined ? 0 : 1);
  return Array.from({ length: count }, (_, role) => role);
}

/** One decode job for each output and sample: role = output index × samples + sample. */
export function decodeRoles(request: GenerationRequest): { role: number; output: RequestedOutput; sample: number }[] {
  return request.outputs.flatMap((output, index) =>
    Array.from({ length: request.samples }, (_, sample) => ({
      role: index * request.samples + sample,
      output,
      sample,
    })),
  );
}
