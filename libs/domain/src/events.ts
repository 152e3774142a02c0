import { z } from 'zod';
import { MODALITIES } from './modality.ts';
import { STAGES } from './job-catalog.ts';

const modality = z.enum(MODALITIES);

/** Events of a generation that are kept and can be replayed (contracts.md, Events). They hold ids and numbers only. */
export const generationEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('accepted'), created_at: z.string() }),
  z.strictObject({ type: z.literal('fetching'), condition: z.int() }),
  z.strictObject({
    type: z.literal('stage'),
    stage: z.enum(STAGES),
    state: z.enum(['started', 'completed']),
    role: z.int(),
  }),
  z.strictObject({ type: z.literal('step'), step: z.int(), steps: z.int(), outputs: z.array(modality) }),
  z.strictObject({
    type: z.literal('output'),
    output: modality,
    role: z.enum(['primary', 'muxed', 'sidecar']),
    sample: z.int(),
  }),
  z.strictObject({ type: z.literal('succeeded') }),
  z.strictObject({ type: z.literal('failed'), code: z.string(), message: z.string() }),
  z.strictObject({ type: z.literal('canceled') }),
]);
export type GenerationEvent = z.infer<typeof generationEvent>;

export const TERMINAL_EVENTS: ReadonlySet<GenerationEvent['type']> = new Set(['succeeded', 'failed', 'canceled']);

/** A preview is never replayed: the last one is kept for a while, later ones replace it. */
export interface PreviewEvent {
  type: 'preview';
  output: (typeof MODALITIES)[number];
  sample: number;
  step: number;
  /** `data:image/webp;base64,…`, at most 8 KB of WebP. */
  image: string;
}

/** An event with its place in the generation's log: `<epoch>-<sequence>`, strictly growing. */
export interface LoggedEvent {
  id: string;
  event: GenerationEvent;
}
