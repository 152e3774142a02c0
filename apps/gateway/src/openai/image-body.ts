import { z } from 'zod';
import { FORMATS, SUBMISSION_LIMITS } from '@medley/domain';
import { model, prompt, size, user } from './request-fields.ts';

const FOLLOW = 'pictures come when they are done; POST /v1/generations has events and previews';

/** What the three ways to ask for pictures have in common. */
const common = {
  model,
  n: z.int().min(1).max(SUBMISSION_LIMITS.samples).default(1),
  size,
  /** Both by default. */
  response_format: z.enum(['url', 'b64_json']).optional(),
  user,
};

/** What would change the picture is taken only where it says what is made anyway. */
const settings = {
  ...common,
  output_format: z.enum(FORMATS.image).default('png'),
  output_compression: z.literal(100, { error: 'pictures are stored without loss: 100, or leave it out' }).optional(),
  background: z.enum(['auto', 'opaque']).optional(),
  quality: z.enum(['auto', 'standard']).optional(),
  stream: z.literal(false, { error: FOLLOW }).optional(),
  partial_images: z.literal(0, { error: FOLLOW }).optional(),
};

/** POST /images/generations. */
export const imageBody = z.strictObject({ ...settings, prompt, moderation: z.enum(['auto', 'low']).optional() });
/** POST /images/edits, its files aside. */
export const imageEditBody = z.strictObject({ ...settings, prompt });
/** POST /images/variations, its file aside. */
export const imageVariationBody = z.strictObject(common);

export type ImageSettings = z.infer<typeof imageVariationBody> & {
  prompt?: string;
  output_format?: (typeof FORMATS.image)[number];
};
