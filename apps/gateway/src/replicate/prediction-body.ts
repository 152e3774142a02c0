import { z } from 'zod';
import { MODALITIES, SAMPLERS, SUBMISSION_LIMITS, describeIssue, type WebhookEvent } from '@medley/domain';

const listed = <Item extends z.ZodType>(item: Item, error: string) => z.union([item, z.array(item).min(1)], { error });

const texts = listed(
  z.string().min(1).max(SUBMISSION_LIMITS.text),
  `a text of 1 to ${SUBMISSION_LIMITS.text} characters, or a list of such`,
);
const files = listed(z.string().min(1), 'a URL, a data: URI, the URL of a file of this service, or a list of such');
const weights = listed(
  z.number().min(0).max(SUBMISSION_LIMITS.weight),
  `a number of 0 to ${SUBMISSION_LIMITS.weight}, or a list of one for each`,
);

/** The inputs that condition a generation, in the order of the conditions that they become. */
export const CONDITION_INPUTS = ['prompt', 'image', 'audio', 'video'] as const;

/** `input` of a prediction, under the names that models on Replicate use. The same for every model. */
export const predictionInput = z.strictObject({
  prompt: texts.optional().describe('What to make, in words; several texts are mixed.'),
  negative_prompt: z.string().max(SUBMISSION_LIMITS.text).optional().describe('What to keep away from.'),
  image: files.optional().describe('A picture, or several, to go by: a URL, a data: URI or the URL of a file.'),
  audio: files.optional().describe('A sound, or several, to go by.'),
  video: files.optional().describe('A clip, or several, to go by.'),
  weights: z
    .strictObject({
      prompt: weights.optional(),
      image: weights.optional(),
      audio: weights.optional(),
      video: weights.optional(),
    })
    .optional()
    .describe('How much each input counts beside the others; 1 by default.'),
  outputs: listed(z.enum(MODALITIES), `one of ${MODALITIES.join(', ')}, or a list of such`)
    .optional()
    .describe('What to make: several are made jointly and belong together.'),
  output_format: listed(z.string(), 'the name of a format, or a list of such')
    .optional()
    .describe('Formats of the files: png, webp; wav, flac, opus; mp4, webm.'),
  num_outputs: z.int().min(1).max(SUBMISSION_LIMITS.samples).optional().describe('How many of each output.'),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe('The same seed makes the same again.'),
  num_inference_steps: z.int().min(1).max(100_000).optional().describe('Steps of denoising.'),
  guidance_scale: z.number().min(0).max(1_000).optional().describe('How closely to follow the inputs.'),
  scheduler: z.enum(SAMPLERS).optional().describe('The sampler.'),
  width: z.int().min(1).max(65_536).optional().describe('Pixels; only what the model makes.'),
  height: z.int().min(1).max(65_536).optional().describe('Pixels; only what the model makes.'),
  duration: z.number().gt(0).max(86_400).optional().describe('Seconds of sound and clip; only what the model makes.'),
  fps: z.number().gt(0).max(1_000).optional().describe('Frames a second; only what the model makes.'),
  max_tokens: z.int().min(1).max(1_000_000).optional().describe('Tokens of a text at most.'),
});
export type PredictionInput = z.infer<typeof predictionInput>;

const WEBHOOK_FILTERS = ['start', 'output', 'logs', 'completed'] as const;

const predictionBody = z.strictObject({
  version: z.string().min(1).max(300).optional(),
  input: predictionInput,
  webhook: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .optional(),
  webhook_events_filter: z.array(z.enum(WEBHOOK_FILTERS)).min(1).optional(),
  /** Every prediction can be streamed. */
  stream: z.boolean().optional(),
});
export type PredictionBody = z.infer<typeof predictionBody>;

/** The body that creates a prediction; an input that is null counts as left out. Throws GenerationError `invalid_request`. */
export function parsePredictionBody(body: unknown): PredictionBody {
  const given = withoutNulls(body);
  const parsed = predictionBody.safeParse(given);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, given);
  return parsed.data;
}

/** Events of this service for those of `webhook_events_filter`; by default outputs and the end, as on Replicate. */
export function webhookEvents(
  filter: PredictionBody['webhook_events_filter'] = ['output', 'completed'],
): WebhookEvent[] {
  const told: Record<(typeof WEBHOOK_FILTERS)[number], WebhookEvent[]> = {
    start: ['generation.progress'],
    logs: ['generation.progress'],
    output: ['generation.succeeded'],
    completed: ['generation.succeeded', 'generation.failed', 'generation.canceled'],
  };
  return [...new Set(filter.flatMap((name) => told[name]))];
}

function withoutNulls(body: unknown): unknown {
  const { input } = (body ?? {}) as { input?: unknown };
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return body;
  return {
    ...(body as object),
    input: Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)),
  };
}
