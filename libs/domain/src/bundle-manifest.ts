import { createHash } from 'node:crypto';
import { z } from 'zod';
import { MODALITIES } from './modality.ts';

/** docs/bundle-format.md as a schema: the parsed `bundle.json`. */

const plainName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/, 'a plain path inside the bundle');
const perChannel = z.union([z.number(), z.array(z.number())]);
const positive = z.int().min(1);

export const GRAPH_ROLES = [
  'prompt_encoder',
  'environment_encoder',
  'denoiser',
  'decoder',
  'text_decoder',
  'latent_encoder',
  'preview',
] as const;
export type GraphRole = (typeof GRAPH_ROLES)[number];

const graphs = z.partialRecord(z.enum(GRAPH_ROLES), z.strictObject({ file: plainName }));
const latent = z.strictObject({
  shape: z.array(positive).min(1),
  data_type: z.enum(['float32', 'float16']).default('float32'),
  scale: perChannel.default(1),
  shift: perChannel.default(0),
});
const modalityBase = {
  latent,
  null_condition: plainName,
  graphs,
  milliseconds: z.partialRecord(z.enum(GRAPH_ROLES), z.number()).default({}),
  preview: z
    .strictObject({ matrix: z.array(z.array(z.number()).length(3)), bias: z.array(z.number()).length(3) })
    .optional(),
};

const selection = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('greedy') }),
  z.strictObject({ type: z.literal('temperature'), temperature: z.number().gt(0) }),
]);

const textModality = z.strictObject({
  ...modalityBase,
  media: z.strictObject({ max_tokens: positive }),
  tokenizer: z.strictObject({ file: plainName, max_tokens: positive, pad: z.int() }),
  decoder: z.strictObject({
    tokenizer: plainName,
    bos: z.int(),
    eos: z.int(),
    max_tokens: positive,
    layers: positive,
    heads: positive,
    head_width: positive,
    selection,
  }),
});
const imageModality = z.strictObject({
  ...modalityBase,
  media: z.strictObject({ width: positive, height: positive, max_pixels: positive.default(67_108_864) }),
});
const audioModality = z.strictObject({
  ...modalityBase,
  media: z.strictObject({
    sample_rate: positive,
    channels: positive.max(2),
    samples: positive,
    max_seconds: z.number().gt(0).default(60),
  }),
});
const videoModality = z.strictObject({
  ...modalityBase,
  media: z.strictObject({
    width: positive,
    height: positive,
    frames: positive,
    fps: z.number().gt(0),
    max_seconds: z.number().gt(0).default(60),
  }),
});

const modalities = z
  .strictObject({ text: textModality, image: imageModality, audio: audioModality, video: videoModality })
  .partial();

export const SAMPLERS = ['ddim', 'dpmpp_2m', 'euler', 'flow_euler'] as const;
export type SamplerName = (typeof SAMPLERS)[number];

const schedule = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('scaled_linear'),
    train_steps: positive,
    beta_start: z.number().gt(0),
    beta_end: z.number().gt(0),
  }),
  z.strictObject({ type: z.literal('rectified_flow'), train_steps: positive, shift: z.number().gt(0).default(1) }),
]);
export type ScheduleSpec = z.infer<typeof schedule>;

const range = <T extends z.ZodType<number>>(value: T) => z.strictObject({ default: value, min: value, max: value });

export const bundleManifest = z
  .strictObject({
    format: z.literal(1),
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    version: z.string().min(1),
    description: z.string(),
    license: z.string().min(1),
    space: z.strictObject({
      condition_tokens: positive,
      condition_width: positive,
      environment_tokens: positive,
      environment_width: positive,
    }),
    environment: z.strictObject({ attends: z.array(z.enum(['others', 'own'])).min(1) }),
    diffusion: z.strictObject({
      prediction: z.enum(['epsilon', 'velocity']),
      schedule,
      samplers: z.array(z.enum(SAMPLERS)).min(1),
      steps: range(positive),
      guidance: range(z.number().min(0)).extend({
        outputs: z.partialRecord(z.enum(MODALITIES), z.number()).optional(),
      }),
    }),
    tolerance: z.strictObject({ latent: z.number().gt(0) }),
    modalities,
    golden: z.strictObject({ graphs: plainName, generations: plainName }).optional(),
    files: z.array(
      z.strictObject({ path: plainName, bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    ),
  })
  .refine(
    (manifest) =>
      (manifest.diffusion.prediction === 'velocity') === (manifest.diffusion.schedule.type === 'rectified_flow'),
    {
      message: 'prediction velocity belongs to schedule rectified_flow, epsilon to scaled_linear',
      path: ['diffusion', 'prediction'],
    },
  )
  .refine(
    ({ diffusion }) =>
      diffusion.samplers.every(
        (sampler) => (sampler === 'flow_euler') === (diffusion.schedule.type === 'rectified_flow'),
      ),
    {
      message: 'flow_euler belongs to schedule rectified_flow, the other samplers to scaled_linear',
      path: ['diffusion', 'samplers'],
    },
  )
  .superRefine(({ diffusion: { guidance } }, context) => {
    for (const [modality, own] of Object.entries(guidance.outputs ?? {})) {
      if (own >= guidance.min && own <= guidance.max) continue;
      const message = `${own} is not within ${guidance.min} to ${guidance.max}`;
      context.addIssue({ code: 'custom', path: ['diffusion', 'guidance', 'outputs', modality], message });
    }
  })
  .superRefine((manifest, context) => {
    const pinned = new Set(manifest.files.map(({ path }) => path));
    const loose = usedFiles(manifest).find((file) => !pinned.has(file));
    if (loose !== undefined)
      context.addIssue({ code: 'custom', path: ['files'], message: `${loose} is used but has no sha256 here` });
  });
export type BundleManifest = z.infer<typeof bundleManifest>;
export type ModalityManifest = NonNullable<BundleManifest['modalities'][(typeof MODALITIES)[number]]>;

/** Every file that the service reads. */
function usedFiles({ modalities: present }: { modalities: z.infer<typeof modalities> }): string[] {
  return Object.values(present).flatMap((entry) => [
    ...(entry === undefined ? [] : [entry.null_condition, ...Object.values(entry.graphs).map(({ file }) => file)]),
    ...(entry !== undefined && 'tokenizer' in entry ? [entry.tokenizer.file, entry.decoder.tokenizer] : []),
  ]);
}

/** Parses `bundle.json`. Throws an Error that names the bundle file's first wrong field. The digest (sha256, hex) names this version of the bundle. */
export function parseManifest(bytes: Uint8Array): { manifest: BundleManifest; digest: string } {
  const parsed = bundleManifest.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(`bundle.json: ${issue.path.join('.')}: ${issue.message}`);
  }
  return { manifest: parsed.data, digest: createHash('sha256').update(bytes).digest('hex') };
}
