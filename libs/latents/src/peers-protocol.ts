import type { TensorReference } from '@medley/domain';

/** What the thread of `peers-thread.ts` is asked for. */
export type PeersTask =
  | { type: 'fetch'; address: string; reference: TensorReference }
  | { type: 'release'; address: string; generation: string };

export type PeersMessage = { id: number; task: PeersTask } | { id: number; cancel: true };

/** What it answers. `bytes` of a fetch are handed over; a ClientError comes as its fields. */
export type PeersAnswer =
  | { id: number; bytes?: ArrayBuffer }
  | { id: number; failure: { path: string; code: number; details: string } | Error };
