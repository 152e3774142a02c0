import { z } from 'zod';
import { generationEvent } from '@medley/domain';
import { generationName, modality, moment, page, sampler, seconds, sha256, status, waiting } from './parts.ts';

const condition = z
  .union([
    z.object({ type: z.literal('text'), weight: z.number(), text: z.string() }),
    z.object({
      type: z.enum(['image', 'audio', 'video']),
      weight: z.number(),
      asset: z.string().optional().describe('The asset that it is: what was named, or what was sent inline.'),
      url: z.string().optional(),
    }),
  ])
  .meta({ id: 'AcceptedCondition', description: 'An input as it was accepted: a text, an asset or a URL.' });

const requested = z
  .object({
    type: modality,
    format: z.string(),
    guidance: z.number(),
    max_tokens: z.int().optional(),
  })
  .meta({ id: 'RequestedOutput', description: 'What was asked for, with the defaults of the model filled in.' });

const file = {
  type: modality,
  role: z
    .enum(['primary', 'muxed', 'sidecar'])
    .describe('`muxed`: the clip and the sound of a sample in one file, an extra where both were asked for.'),
  sample: z.int().min(0).describe('Which of the `samples`, from 0.'),
  sha256,
  bytes: z.int().min(0),
  content_type: z.string(),
  width: z.int().optional().describe('Pixels.'),
  height: z.int().optional().describe('Pixels.'),
  seconds: seconds.optional().describe('Length in seconds.'),
  fps: z.number().optional().describe('Frames a second.'),
  sample_rate: z.int().optional().describe('Hz.'),
  text: z.string().optional().describe('The text itself.'),
  truncated: z.boolean().optional().describe('The text has no end: it reached its longest length.'),
};

const output = z
  .object({
    ...file,
    asset: z.string().describe('Names the file as an asset, such as for a condition of the next generation.'),
    url: z.url().describe('Downloads the file without an API key; holds for an hour from this answer on.'),
  })
  .meta({ id: 'Output', description: 'A file that was made.' });

const failure = z
  .object({
    code: z.string().describe('Stable: one of the codes of `Problem`.'),
    message: z.string().describe('What went wrong, and the way out, in words.'),
    pointer: z.string().optional().describe('JSON pointer (RFC 6901) to the part of the request that caused it.'),
  })
  .meta({ id: 'GenerationFailure' });

export const generation = z
  .object({
    id: generationName,
    status,
    model: z.string(),
    bundle: z
      .object({ name: z.string(), digest: sha256 })
      .describe('The very version of the model, pinned on acceptance.'),
    created_at: moment,
    conditions: z.array(condition),
    negative: z.string().optional(),
    requested: z.array(requested),
    seed: z.int().describe('The one that is used: sent again, it makes the same again.'),
    steps: z.int(),
    sampler,
    samples: z.int(),
    determinism: z.enum(['tolerant', 'strict']),
    priority: z.enum(['low', 'normal', 'high']),
    metadata: z.record(z.string(), z.string()),
    progress: z.object({
      stage: status,
      step: z.int().describe('Steps of denoising that are done.'),
      steps: z.int(),
      outputs: z.array(modality),
    }),
    queue: waiting.optional().describe('While it is `queued`.'),
    outputs: z.array(output).describe('Its files, once it has succeeded.'),
    error: failure.optional().describe('Why it failed.'),
    timings: z
      .record(z.string(), z.number())
      .describe('Seconds from acceptance until stages began and ended, such as `diffuse_started_seconds`.'),
    urls: z.object({ get: z.url(), events: z.url(), cancel: z.url() }),
  })
  .meta({ id: 'Generation', description: 'What was asked for, how far it is, and what was made.' });
/** The public JSON of a generation (api.md). */
export type GenerationView = z.infer<typeof generation>;

const generationList = page(generation, 'GenerationList');

const estimate = z
  .object({
    model: z.string(),
    seconds: seconds.describe('Seconds of work for one worker of each kind.'),
    measured: z.boolean().describe('By what workers have measured; else by what the model says of itself.'),
    queue: waiting.describe('The wait of the last place in line.'),
  })
  .meta({ id: 'Estimate', description: 'What a generation would cost.' });

const share = z
  .object({
    url: z.url().describe('Shows what was made to whoever has it.'),
    expires_at: moment,
    files_carry_settings: z.literal(true).describe('The files hold the settings that made them, prompts included.'),
  })
  .meta({ id: 'Share', description: 'A link that needs no key.' });

const sharedGeneration = z
  .object({
    model: z.string(),
    created_at: moment,
    expires_at: moment.describe('When the link ends.'),
    seed: z.int(),
    steps: z.int(),
    sampler,
    outputs: z.array(z.object({ ...file, url: z.url() }).meta({ id: 'SharedOutput' })),
  })
  .meta({ id: 'SharedGeneration', description: 'What a shared link shows: nothing of what was sent.' });

const preview = z
  .object({
    type: z.literal('preview'),
    output: modality,
    sample: z.int(),
    step: z.int(),
    image: z.string().describe('`data:image/webp;base64,…`, at most 8 KB of WebP.'),
  })
  .meta({ id: 'PreviewEvent', description: 'A picture of how far it is. It has no id and is never sent again.' });

const event = z
  .discriminatedUnion('type', [...generationEvent.options, preview])
  .meta({ id: 'GenerationEvent', description: 'The `data` of a server-sent event; `event` is its `type`.' });

export const generationAnswers = [generation, generationList, estimate, share, sharedGeneration, event];
