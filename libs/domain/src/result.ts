import { z } from 'zod';
import { MODALITIES } from './modality.ts';
import { generationRequest } from './generation-request.ts';

/** One file of a generation (contracts.md, Result). */
export const outputRecord = z.strictObject({
  type: z.enum(MODALITIES),
  role: z.enum(['primary', 'muxed', 'sidecar']),
  sample: z.int().min(0),
  key: z.string(),
  sha256: z.string(),
  bytes: z.int().min(0),
  content_type: z.string(),
  width: z.int().optional(),
  height: z.int().optional(),
  seconds: z.number().optional(),
  fps: z.number().optional(),
  sample_rate: z.int().optional(),
  text: z.string().optional(),
  truncated: z.boolean().optional(),
});
export type OutputRecord = z.infer<typeof outputRecord>;

/** `generations/<id>/result.json`: written once, by whoever ends the generation. */
export const generationResult = z.strictObject({
  v: z.literal(1),
  id: z.string(),
  request: generationRequest,
  status: z.enum(['succeeded', 'failed', 'canceled', 'deleted']),
  error: z.strictObject({ code: z.string(), message: z.string(), pointer: z.string().optional() }).optional(),
  outputs: z.array(outputRecord),
  seed: z.int(),
  /** Milliseconds since the epoch by name of the moment, such as `diffuse_started`. */
  timings: z.record(z.string(), z.number()),
  bundle: z.strictObject({ name: z.string(), digest: z.string() }),
  epoch: z.int(),
  commit_token: z.string(),
  committed_at: z.string(),
});
export type GenerationResult = z.infer<typeof generationResult>;
