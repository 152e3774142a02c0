import { z } from 'zod';
import { mebibytes, parseEnvironment, tensorServerFields, workerEnvironment } from '@medley/runtime';

/** The whole environment of a diffusion worker. */
export const diffusionEnvironment = workerEnvironment.safeExtend({
  ...tensorServerFields,
  /** Runs of one bundle in hand at once; their rows share batches. */
  MEDLEY_RUNS: z.coerce.number().int().min(1).max(256).default(8),
  /** What graphs run on; `cuda` is for the image that brings it. */
  MEDLEY_EXECUTION_PROVIDER: z.enum(['cpu', 'cuda']).default('cpu'),
  /** Bytes of latents kept for the decoders; S3 has them too. */
  MEDLEY_LATENT_BYTES: mebibytes(128),
});
export type DiffusionEnvironment = z.infer<typeof diffusionEnvironment>;

/** Throws EnvironmentError, one line for each variable that is wrong. */
export function readDiffusionEnvironment(): DiffusionEnvironment {
  return parseEnvironment(diffusionEnvironment, process.env);
}
