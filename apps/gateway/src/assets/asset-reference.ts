import { z } from 'zod';

/** What a generation keeps of an asset. */
export const assetReference = z.strictObject({
  id: z.string(),
  content_type: z.string(),
  sha256: z.string(),
  bytes: z.int(),
});
export type AssetReference = z.infer<typeof assetReference>;
