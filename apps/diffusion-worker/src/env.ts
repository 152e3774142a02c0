import { z } from 'zod';
import { mebibytes, parseEnvironment, tensorServerFields, wholeNumber, workerEnvironment } from '@medley/runtime';

/** The whole environment of a diffusion worker. */
export const diffusionEnvironment = workerEnvironment.safeExtend({
  ...tensorServerFields,
  MEDLEY_RUNS: wholeNumber(1, 256).default(8).describe('Runs of one bundle in hand at once; their rows share batches.'),
  MEDLEY_EXECUTION_PROVIDER: z
    .enum(['cpu', 'cuda'])
    .default('cpu')
    .describe('What graphs run on; `cuda` is for the image that brings it.'),
  MEDLEY_LATENT_BYTES: mebibytes(128).describe('Bytes of latents kept for the decoders; S3 has them too.'),
});
export type DiffusionEnvironment = z.infer<typeof diffusionEnvironment>;

/** Throws EnvironmentError, one line for each variable that is wrong. */
export function readDiffusionEnvironment(): DiffusionEnvironment {
  return parseEnvironment(diffusionEnvironment, process.env);
}
