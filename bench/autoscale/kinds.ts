import type { Modality } from '@medley/domain';

export const KINDS = ['picture', 'clip'] as const;
export type Kind = (typeof KINDS)[number];

/** What a generation of a kind is to a diffusion worker: one output, its steps, and what a row of its denoiser takes. */
export const RUNS = {
  picture: { modality: 'image', steps: 30, milliseconds: 4_000 / 60 },
  clip: { modality: 'video', steps: 50, milliseconds: 2_400 },
} as const satisfies Record<Kind, { modality: Modality; steps: number; milliseconds: number }>;

/** Seconds of one GPU on average. Guidance doubles the rows: a picture takes 4 s, a clip 240 s. */
export const MEAN_SECONDS: Record<Kind, number> = {
  picture: (2 * RUNS.picture.steps * RUNS.picture.milliseconds) / 1000,
  clip: (2 * RUNS.clip.steps * RUNS.clip.milliseconds) / 1000,
};
