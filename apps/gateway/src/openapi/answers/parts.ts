import { z } from 'zod';
import { MODALITIES, SAMPLERS, STATUSES } from '@medley/domain';

export const moment = z.string().meta({ format: 'date-time' });
export const sha256 = z.string().meta({ pattern: '^[0-9a-f]{64}$' });
export const modality = z.enum(MODALITIES).meta({ id: 'Modality' });
export const sampler = z.enum(SAMPLERS).meta({ id: 'Sampler' });
export const status = z.enum(STATUSES).exclude(['deleted']).meta({
  id: 'GenerationStatus',
  description: 'States in their order. `succeeded`, `failed` and `canceled` are final.',
});
export const generationName = z.string().meta({ pattern: '^gen_[0-9a-z]{26}$' });
export const seconds = z.number().min(0);
/** What one may ask for, and what holds where nothing is asked for. */
export const range = z.object({ default: z.number(), min: z.number(), max: z.number() });
export const waiting = z
  .object({
    position: z.int().min(0).describe('How many generations are before it.'),
    estimated_seconds: seconds.describe('Estimated wait, from what the workers measure.'),
  })
  .meta({ id: 'QueuePlace', description: 'A place in the line of its model.' });

/** `{ data, next_cursor }`. */
export const page = <Item extends z.ZodType>(item: Item, name: string) =>
  z
    .object({
      data: z.array(item),
      next_cursor: z.string().nullable().describe('Pass it on as `cursor` for the next page; null on the last one.'),
    })
    .meta({ id: name });
