import { z } from 'zod';
import { SAMPLERS } from './bundle-manifest.ts';
import { GenerationError } from './errors.ts';
import { FORMATS } from './generation-request.ts';
import { MODALITIES } from './modality.ts';
import { webhookSubmission } from './webhook-subscription.ts';

/** Limits of one request that do not depend on the bundle. */
export const SUBMISSION_LIMITS = {
  conditions: 16,
  text: 2_000,
  weight: 100,
  samples: 8,
  metadataEntries: 16,
  metadataValue: 512,
  /** Bytes of a file given inline as a data: URI, after decoding. */
  inlineBytes: 16 * 1024 * 1024,
  deadlineSeconds: 86_400,
} as const;

const weight = z
  .number()
  .min(0)
  .max(SUBMISSION_LIMITS.weight)
  .default(1)
  .describe('How much it counts beside the other conditions; only the ratios matter. At least one is greater than 0.');
const text = z.string().min(1).max(SUBMISSION_LIMITS.text);

const media = <T extends 'image' | 'audio' | 'video'>(type: T, taken: string) =>
  z
    .strictObject({
      type: z.literal(type),
      asset: z
        .string()
        .regex(/^ast_[0-9a-z]{26}(?:[0-9a-z]{2})?$/, 'the id of an asset, ast_…')
        .optional()
        .describe('The id of an asset of the same API key: an uploaded file, or an output of an earlier generation.'),
      url: z
        .url({ protocol: /^https?$/ })
        .max(2_048)
        .meta({ pattern: '^https?://' })
        .optional()
        .describe('A public http or https address, which is fetched once, when the generation runs.'),
      data: z
        .string()
        .regex(/^data:[a-z]+\/[a-z0-9.+-]+;base64,/, 'a data: URI in base64')
        .optional()
        .describe('The file itself as a `data:` URI in base64, at most 16 MiB of file; upload greater ones.'),
      weight,
    })
    .meta({
      id: `${type[0]!.toUpperCase()}${type.slice(1)}ConditionBody`,
      description: `${taken} Exactly one of \`asset\`, \`url\` and \`data\` says which.`,
      oneOf: [{ required: ['asset'] }, { required: ['url'] }, { required: ['data'] }],
    });

const submittedCondition = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('text'),
        text: text.describe(`Words, at most ${SUBMISSION_LIMITS.text} characters.`),
        weight,
      })
      .meta({ id: 'TextConditionBody', description: 'What it says is to be seen, heard or read in the outputs.' }),
    media('image', 'A picture: JPEG, PNG, WebP or GIF.'),
    media('audio', 'A sound: WAV, FLAC, MP3, Ogg, or the sound of an MP4 or WebM clip.'),
    media('video', 'A clip: MP4, WebM or GIF.'),
  ])
  .meta({ id: 'ConditionBody', description: 'One input of a generation.' });

const guidance = z
  .number()
  .min(0)
  .max(1_000)
  .optional()
  .describe(
    "How far predictions are pushed towards the conditions (classifier-free guidance). The model's own by default.",
  );
const side = z.int().min(1).max(65_536).optional().describe('Pixels.');
const steps = z.int().min(1).max(100_000).optional();
const outputBase = {
  guidance,
  steps: steps.describe(
    'Steps of denoising; only where this is the one output. Joint outputs share `steps` of the body.',
  ),
};
const seconds = z.number().gt(0).max(86_400).optional().describe('Length in seconds.');

const submittedOutput = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('text'),
        format: z.enum(FORMATS.text).default('txt'),
        max_tokens: z.int().min(1).max(1_000_000).optional().describe('Longest text, in tokens of the model.'),
        ...outputBase,
      })
      .meta({ id: 'TextOutputBody', description: 'A text, as UTF-8.' }),
    z
      .strictObject({
        type: z.literal('image'),
        format: z.enum(FORMATS.image).default('png'),
        width: side,
        height: side,
        ...outputBase,
      })
      .meta({ id: 'ImageOutputBody', description: 'A picture.' }),
    z
      .strictObject({ type: z.literal('audio'), format: z.enum(FORMATS.audio).default('wav'), seconds, ...outputBase })
      .meta({ id: 'AudioOutputBody', description: 'A sound.' }),
    z
      .strictObject({
        type: z.literal('video'),
        format: z.enum(FORMATS.video).default('mp4'),
        width: side,
        height: side,
        seconds,
        fps: z.number().gt(0).max(1_000).optional().describe('Frames a second.'),
        ...outputBase,
      })
      .meta({ id: 'VideoOutputBody', description: 'A clip. Asked for beside audio, the two also come as one file.' }),
  ])
  .meta({
    id: 'OutputBody',
    description:
      'One thing to make. A value that the model cannot make is refused as `unsupported_by_bundle`, with a pointer to it.',
  });
export type SubmittedOutput = z.infer<typeof submittedOutput>;

/** The body of POST /v1/generations (api.md). */
export const submission = z
  .strictObject({
    model: z.string().min(1).max(64).optional().describe("Name of a model; the service's first one by default."),
    conditions: z
      .array(submittedCondition)
      .min(1)
      .max(SUBMISSION_LIMITS.conditions)
      .describe(`What is given: 1 to ${SUBMISSION_LIMITS.conditions} conditions of any kinds, not all of weight 0.`),
    negative: text.optional().describe('Words for what is not wanted. They take the place of the empty condition.'),
    outputs: z
      .array(submittedOutput)
      .min(1)
      .max(MODALITIES.length)
      .describe(
        'What is made, jointly, so that all of it belongs together. Each kind once; `samples` makes more of all.',
      ),
    seed: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe(
        'Where the noise comes from; drawn at random by default. Equal bodies with equal seeds give equal results.',
      ),
    steps: steps.describe("Steps of denoising, which all outputs share. The model's own number by default."),
    guidance,
    sampler: z.enum(SAMPLERS).optional().describe("One of the model's samplers; its first one by default."),
    samples: z
      .int()
      .min(1)
      .max(SUBMISSION_LIMITS.samples)
      .default(1)
      .describe('How many results; sample n of each output belongs to sample n of the others.'),
    determinism: z
      .enum(['tolerant', 'strict'])
      .default('tolerant')
      .describe('`strict`: the same bytes whoever shares the batch, at some cost in speed.'),
    priority: z
      .enum(['low', 'normal', 'high'])
      .default('normal')
      .describe('Place among the generations of the same key.'),
    deadline_seconds: z
      .number()
      .gt(0)
      .max(SUBMISSION_LIMITS.deadlineSeconds)
      .optional()
      .describe('Seconds from acceptance after which it fails as `deadline_exceeded` rather than go on.'),
    webhook: webhookSubmission
      .optional()
      .describe('Is told of this generation, signed with the secret of the endpoint `default`.'),
    metadata: z
      .record(z.string().min(1).max(64), z.string().max(SUBMISSION_LIMITS.metadataValue))
      .refine((entries) => Object.keys(entries).length <= SUBMISSION_LIMITS.metadataEntries, {
        message: `at most ${SUBMISSION_LIMITS.metadataEntries} entries`,
      })
      .meta({ maxProperties: SUBMISSION_LIMITS.metadataEntries })
      .default({})
      .describe(
        `Words of the client's own, which come back as they are: at most ${SUBMISSION_LIMITS.metadataEntries} entries, names of 1 to 64 characters, values of at most ${SUBMISSION_LIMITS.metadataValue}.`,
      ),
  })
  .meta({ id: 'GenerationBody', description: 'What to make, and of what.' });
export type Submission = z.infer<typeof submission>;

/** Parses a request body. Throws GenerationError `invalid_request` that names the first wrong field, its value and what is allowed. */
export function parseSubmission(body: unknown): Submission {
  const parsed = submission.safeParse(body);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, body);
  const { conditions, outputs } = parsed.data;
  conditions.forEach((condition, index) => {
    if (condition.type === 'text') return;
    const sources = (['asset', 'url', 'data'] as const).filter((source) => condition[source] !== undefined);
    if (sources.length !== 1) {
      const given = sources.length === 0 ? 'none of them' : sources.join(' and ');
      throw invalid(`conditions[${index}] needs exactly one of asset, url, data; it has ${given}`, [
        'conditions',
        index,
      ]);
    }
  });
  if (conditions.every((condition) => condition.weight === 0)) {
    throw invalid('the weights of conditions are all 0; at least one must be greater', ['conditions']);
  }
  outputs.forEach((output, index) => {
    const first = outputs.findIndex((other) => other.type === output.type);
    if (first !== index) {
      throw invalid(
        `outputs[${index}].type is "${output.type}", which outputs[${first}] already asks for; ask for each modality once and set samples for more`,
        ['outputs', index, 'type'],
      );
    }
    if (output.steps !== undefined && outputs.length > 1) {
      throw invalid(
        `outputs[${index}].steps is ${output.steps}; joint outputs share one step grid: set steps of the request`,
        ['outputs', index, 'steps'],
      );
    }
  });
  return parsed.data;
}

/** RFC 6901. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** `outputs[1].seconds`, as error messages name a field. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, part) =>
      typeof part === 'number' ? `${name}[${part}]` : name === '' ? String(part) : `${name}.${String(part)}`,
    '',
  );
}

function invalid(message: string, path: readonly PropertyKey[]): GenerationError {
  return new GenerationError('invalid_request', message, { pointer: jsonPointer(path) });
}

/** Turns a schema issue into `field is value; what is allowed`. */
export function describeIssue(issue: z.core.$ZodIssue, body: unknown): GenerationError {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const path = [...issue.path, key];
    return invalid(`${fieldName(path)} is not a field of this request`, path);
  }
  const value = issue.path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
    body,
  );
  const name = issue.path.length === 0 ? 'the body' : fieldName(issue.path);
  return invalid(`${name} is ${showValue(value)}; ${issue.message}`, issue.path);
}

/** A value of a request in a few words, however large or deep it is. */
function showValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') {
    return value.length <= 80
      ? JSON.stringify(value)
      : `${JSON.stringify(value.slice(0, 60))}… (${value.length} characters)`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return value === null ? 'null' : 'an object';
}
