import { z } from 'zod';
import { assetReference, generationRequest } from './generation-request.ts';
import { outputRecord } from './result.ts';
import { tensorReference } from './tensor-reference.ts';

/** States of a generation in their order; those of ENDED_STATUSES are terminal. */
export const STATUSES = [
  'queued',
  'fetching',
  'encoding',
  'diffusing',
  'decoding',
  'succeeded',
  'failed',
  'canceled',
  'deleted',
] as const;
export type Status = (typeof STATUSES)[number];

export const ENDED_STATUSES: ReadonlySet<Status> = new Set(['succeeded', 'failed', 'canceled', 'deleted']);

/** What Redis holds of a generation that runs. Keys of the maps are job roles. */
export const liveState = z.strictObject({
  request: generationRequest,
  epoch: z.int().min(1),
  status: z.enum(STATUSES),
  /** Milliseconds from the first epoch's begin to this reading, both by the clock of the store. */
  elapsed: z.number().default(0),
  /** Its place in fair virtual time: lower runs earlier. */
  turn: z.int().default(1),
  /** Seconds of work that it means, by what its graphs cost when it was accepted. */
  work: z.number().optional(),
  progress: z.strictObject({ step: z.int(), steps: z.int() }).optional(),
  /** Assets stored by `ingest`, by condition index. */
  assets: z.record(z.string(), assetReference).default({}),
  /** Embeddings by condition index. */
  embeddings: z.record(z.string(), tensorReference).default({}),
  /** Final latents by decode role. */
  latents: z.record(z.string(), tensorReference).default({}),
  /** Files by decode role. */
  outputs: z.record(z.string(), outputRecord).default({}),
  /** Milliseconds since the epoch at which a stage first started and last completed. */
  timings: z.record(z.string(), z.number()).default({}),
});
export type LiveState = z.infer<typeof liveState>;

/** One atomic write. Maps are merged key by key; `status` only ever moves forward within an epoch. */
export type LiveStatePatch = Partial<Omit<LiveState, 'request' | 'epoch' | 'elapsed'>>;
