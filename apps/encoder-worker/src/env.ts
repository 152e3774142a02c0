import { z } from 'zod';
import { INLINE_TENSOR_BYTES } from '@medley/domain';
import { mebibytes, parseEnvironment, tensorServerFields, workerEnvironment } from '@medley/runtime';

/** The whole environment of an encoder worker. */
export const encoderEnvironment = workerEnvironment.safeExtend({
  ...tensorServerFields,
  /** Conditions of one bundle in hand at once. */
  MEDLEY_JOBS: z.coerce.number().int().min(1).max(256).default(4),
  /** Children that decode media, at most. */
  MEDLEY_MEDIA_CHILDREN: z.coerce.number().int().min(1).max(64).default(1),
  /** Bytes of embeddings that are not computed again for the same content. */
  MEDLEY_EMBEDDING_BYTES: mebibytes(16),
  /** Embeddings of up to so many bytes go to the diffusion workers by Redis, in the live state of their generation; 0: none. */
  MEDLEY_INLINE_BYTES: z.coerce.number().int().min(0).max(INLINE_TENSOR_BYTES).default(INLINE_TENSOR_BYTES),
  /** Bytes of larger ones kept for the diffusion workers; S3 has them too. */
  MEDLEY_LATENT_BYTES: mebibytes(32),
});
export type EncoderEnvironment = z.infer<typeof encoderEnvironment>;

/** Throws EnvironmentError, one line for each variable that is wrong. */
export function readEncoderEnvironment(): EncoderEnvironment {
  return parseEnvironment(encoderEnvironment, process.env);
}
