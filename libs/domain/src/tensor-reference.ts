import { z } from 'zod';

/** Most bytes that a reference may hold itself. */
export const INLINE_TENSOR_BYTES = 1024;

/**
 * Where a tensor is: its digest names it in S3 (`tensors/<generation>/<digest>`), `address` is a worker's latent store
 * that may still hold it. A small one may lie in `inline`, and then it is nowhere else.
 */
export const tensorReference = z.strictObject({
  /** sha256 of the little-endian bytes in C order, hex. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  data_type: z.enum(['float32', 'float16']),
  shape: z.array(z.int().min(0)),
  /** host:port of a gRPC LatentsService. */
  address: z.string().optional(),
  /** Its bytes, little-endian in C order, base64. */
  inline: z
    .base64()
    .max(Math.ceil(INLINE_TENSOR_BYTES / 3) * 4)
    .optional(),
});
export type TensorReference = z.infer<typeof tensorReference>;
