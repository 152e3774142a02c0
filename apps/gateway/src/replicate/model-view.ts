import { z } from 'zod';
import { usualGuidance } from '@medley/domain';
import type { CatalogEntry } from '../models/bundle-catalog.ts';
import { MODEL_OWNER } from './model-names.ts';
import { predictionInput } from './prediction-body.ts';
import { defaultOutput } from './prediction-submission.ts';

/** Bundles have no date of their own. */
const CREATED_AT = new Date(0).toISOString();

type Properties = Record<string, object>;

/** A bundle as Replicate's API writes a model. */
export function viewModel(entry: CatalogEntry, base: string) {
  return {
    url: `${base}/replicate/v1/models/${MODEL_OWNER}/${entry.name}`,
    owner: MODEL_OWNER,
    name: entry.name,
    description: entry.manifest.description,
    visibility: 'private' as const,
    is_official: false,
    github_url: null,
    paper_url: null,
    license_url: null,
    run_count: 0,
    cover_image_url: null,
    default_example: null,
    latest_version: viewVersion(entry),
  };
}

/** The same for a version: its id is the digest of the bundle. */
export function viewVersion(entry: CatalogEntry) {
  return { id: entry.digest, created_at: CREATED_AT, cog_version: null, openapi_schema: openApiSchema(entry) };
}

/** The inputs and the output as Replicate describes those of a model, with the defaults and limits of the bundle. */
function openApiSchema({ name, manifest }: CatalogEntry) {
  const { type, properties, additionalProperties } = z.toJSONSchema(predictionInput) as {
    type: 'object';
    properties: Properties;
    additionalProperties: boolean;
  };
  const { steps, guidance, samplers } = manifest.diffusion;
  const made = defaultOutput(manifest.modalities);
  const limits = ({ default: usual, min, max }: typeof steps) => ({ default: usual, minimum: min, maximum: max });
  const own: Properties = {
    num_inference_steps: limits(steps),
    guidance_scale: limits({ ...guidance, default: usualGuidance(manifest, made) }),
    scheduler: { enum: samplers, default: samplers[0] },
    outputs: { default: [made] },
    num_outputs: { default: 1 },
    ...sizes(manifest.modalities),
  };
  const input = Object.entries(properties).filter(([field]) => field in own || !SIZES.has(field));
  return {
    openapi: '3.1.0',
    info: { title: name, version: manifest.version },
    paths: {},
    components: {
      schemas: {
        Input: {
          type,
          title: 'Input',
          properties: Object.fromEntries(
            input.map(([field, schema], order) => [field, { ...schema, ...own[field], 'x-order': order }]),
          ),
          additionalProperties,
        },
        Output: {
          title: 'Output',
          description:
            'A list, one for each of num_outputs; of several outputs such a list each, by name. Texts are themselves, files URLs.',
          anyOf: [LIST, { type: 'object', additionalProperties: LIST }],
        },
      },
    },
  };
}

const LIST = { type: 'array', items: { type: 'string' } };
/** Inputs that a model has only where it makes what they are about. */
const SIZES: ReadonlySet<string> = new Set(['width', 'height', 'duration', 'fps', 'max_tokens']);

/** Where a bundle makes one size only, that is the only value. */
function sizes(modalities: CatalogEntry['manifest']['modalities']): Properties {
  const { text, image, audio, video } = modalities;
  const values: Record<string, readonly (number | undefined)[]> = {
    width: [image?.media.width, video?.media.width],
    height: [image?.media.height, video?.media.height],
    duration: [audio && audio.media.samples / audio.media.sample_rate, video && video.media.frames / video.media.fps],
    fps: [video?.media.fps],
  };
  const fixed = Object.entries(values).flatMap(([field, made]) => {
    const different = [...new Set(made.filter((value) => value !== undefined))];
    return different.length === 0 ? [] : [[field, { enum: different }] as const];
  });
  return {
    ...Object.fromEntries(fixed),
    ...(text === undefined ? {} : { max_tokens: { maximum: text.media.max_tokens } }),
  };
}
