import type { z } from 'zod';
import { INLINE_TENSOR_BYTES } from '@medley/domain';
import { mebibytes, parseEnvironment, tensorServerFields, wholeNumber, workerEnvironment } from '@medley/runtime';

/** The whole environment of an encoder worker. */
export const encoderEnvironment = workerEnvironment.safeExtend({
  ...tensorServerFields,
  MEDLEY_JOBS: wholeNumber(1, 256).default(4).describe('Conditions of one bundle in hand at once.'),
  MEDLEY_MEDIA_CHILDREN: wholeNumber(1, 64).default(1).describe('Children that decode media, at most.'),
  MEDLEY_EMBEDDING_BYTES: mebibytes(16).describe(
    'Bytes of embeddings that are not computed again for the same content.',
  ),
  MEDLEY_INLINE_BYTES: wholeNumber(0, INLINE_TENSOR_BYTES)
    .default(INLINE_TENSOR_BYTES)
    .describe(
      'Embeddings of up to so many bytes go to the diffusion workers by Redis, in the live state of their generation; 0: none.',
    ),
  MEDLEY_LATENT_BYTES: mebibytes(32).describe('Bytes of larger ones kept for the diffusion workers; S3 has them too.'),
});
export type EncoderEnvironment = z.infer<typeof encoderEnvironment>;

/** Throws EnvironmentError, one line for each variable that is wrong. */
export function readEncoderEnvironment(): EncoderEnvironment {
  return parseEnvironment(encoderEnvironment, process.env);
}
