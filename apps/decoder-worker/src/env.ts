import { z } from 'zod';
import { parseEnvironment, workerEnvironment } from '@medley/runtime';

/** The whole environment of a decoder worker. */
export const decoderEnvironment = workerEnvironment.safeExtend({
  /** Latents of one bundle in hand at once; the same number of generations is assembled beside them. */
  MEDLEY_JOBS: z.coerce.number().int().min(1).max(256).default(4),
  /** Children that encode media, at most. */
  MEDLEY_MEDIA_CHILDREN: z.coerce.number().int().min(1).max(64).default(1),
});
export type DecoderEnvironment = z.infer<typeof decoderEnvironment>;

/** Throws EnvironmentError, one line for each variable that is wrong. */
export function readDecoderEnvironment(): DecoderEnvironment {
  return parseEnvironment(decoderEnvironment, process.env);
}
