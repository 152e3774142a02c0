import type { TensorReference } from '@medley/domain';

/** What the thread of `peers-thread.ts` is asked to fetch. */
export interface PeersTask {
  address: string;
  reference: TensorReference;
  traceparent: string | undefined;
}

export type PeersMessage = { id: number; task: PeersTask } | { id: number; cancel: true };

/** What it answers. The bytes are handed over; a ClientError comes as its fields. */
export type PeersAnswer =
  { id: number; bytes: ArrayBuffer } | { id: number; failure: { path: string; code: number; details: string } | Error };
