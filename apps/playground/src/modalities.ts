import type { Modality } from '@medley/client';

/** What people call each modality, in the order in which the page shows them. */
export const KINDS = {
  image: { one: 'picture', title: 'Picture', formats: ['png', 'webp'] },
  video: { one: 'clip', title: 'Clip', formats: ['mp4', 'webm'] },
  audio: { one: 'sound', title: 'Sound', formats: ['wav', 'flac', 'opus'] },
  text: { one: 'words', title: 'Words', formats: ['txt'] },
} as const satisfies Record<Modality, { one: string; title: string; formats: readonly string[] }>;

export const KIND_ORDER = Object.keys(KINDS) as Modality[];
