import type { z } from 'zod';
import { parseEnvironment, wholeNumber, workerEnvironment } from '@medley/runtime';

/** The whole environment of a decoder worker. */
export const decoderEnvironment = workerEnvironment.safeExtend({
  MEDLEY_JOBS: wholeNumber(1, 256)
    .default(4)
    .describe('Latents of one bundle in hand at once; the same number of generations is assembled beside them.'),
  MEDLEY_MEDIA_CHILDREN: wholeNumber(1, 64).default(1).describe('Children that encode media, at most.'),
});
export type DecoderEnvironment = z.infer<typeof decoderEnvironment>;

/** Throws EnvironmentError, one line for each variable that is wrong. */
export function readDecoderEnvironment(): DecoderEnvironment {
  return parseEnvironment(decoderEnvironment, process.env);
}
