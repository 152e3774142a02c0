import { z } from 'zod';
import { MODALITIES } from './modality.ts';
import { STAGES } from './job-catalog.ts';

const modality = z.enum(MODALITIES);
const role = z.int().describe('Which of the jobs of the stage, from 0.');

/** Events of a generation that are kept and can be replayed (contracts.md, Events). They hold ids and numbers only. */
export const generationEvent = z.discriminatedUnion('type', [
  z
    .strictObject({ type: z.literal('accepted'), created_at: z.string() })
    .meta({ id: 'AcceptedEvent', description: 'The first event.' }),
  z
    .strictObject({ type: z.literal('fetching'), condition: z.int().describe('Index of the condition, from 0.') })
    .meta({ id: 'FetchingEvent', description: 'A condition’s URL is being fetched.' }),
  z
    .strictObject({ type: z.literal('stage'), stage: z.enum(STAGES), state: z.enum(['started', 'completed']), role })
    .meta({ id: 'StageEvent', description: 'A job of a stage began or ended.' }),
  z
    .strictObject({ type: z.literal('step'), step: z.int(), steps: z.int(), outputs: z.array(modality) })
    .meta({ id: 'StepEvent', description: '`step` of `steps` steps of denoising are done.' }),
  z
    .strictObject({
      type: z.literal('output'),
      output: modality,
      role: z.enum(['primary', 'muxed', 'sidecar']),
      sample: z.int(),
    })
    .meta({ id: 'OutputEvent', description: 'A file of an output is stored.' }),
  z.strictObject({ type: z.literal('succeeded') }).meta({ id: 'SucceededEvent', description: 'The last event.' }),
  z
    .strictObject({ type: z.literal('failed'), code: z.string(), message: z.string() })
    .meta({ id: 'FailedEvent', description: 'The last event: it failed, and why.' }),
  z.strictObject({ type: z.literal('canceled') }).meta({ id: 'CanceledEvent', description: 'The last event.' }),
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
