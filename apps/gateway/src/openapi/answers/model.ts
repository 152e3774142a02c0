import { z } from 'zod';
import { bundleManifest } from '@medley/domain';
import { modality, range, sampler, sha256 } from './parts.ts';

const { text, image, audio, video } = bundleManifest.shape.modalities.shape;
const media = z.object({
  text: text.unwrap().shape.media,
  image: image.unwrap().shape.media,
  audio: audio.unwrap().shape.media,
  video: video.unwrap().shape.media,
});

const model = z
  .object({
    name: z.string(),
    digest: sha256.describe('Names this version of the bundle.'),
    version: z.string(),
    description: z.string(),
    license: z.string(),
    conditions: z.array(modality).describe('Kinds of conditions that it takes.'),
    outputs: media
      .partial()
      .describe('Kinds of outputs that it makes, their sizes, and limits of what it takes of that kind.'),
    samplers: z.array(sampler).describe('The first is the default.'),
    steps: range,
    guidance: range.extend({
      outputs: z.partialRecord(modality, z.number()).optional().describe('Outputs whose default is another one.'),
    }),
  })
  .meta({ id: 'Model', description: 'A bundle that the service offers.' });
export type ModelView = z.infer<typeof model>;

const modelList = z.object({ data: z.array(model) }).meta({ id: 'ModelList' });

export const modelAnswers = [model, modelList];
