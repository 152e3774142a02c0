import { z } from 'zod';

/** Where a tensor is: its digest names it in S3 (`tensors/<generation>/<digest>`), `address` is a worker's latent store that may still hold it. */
export const tensorReference = z.strictObject({
  /** sha256 of the little-endian bytes in C order, hex. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  data_type: z.enum(['float32', 'float16']),
  shape: z.array(z.int().min(0)),
  /** host:port of a gRPC LatentsService. */
  address: z.string().optional(),
});
export type TensorReference = z.infer<typeof tensorReference>;
