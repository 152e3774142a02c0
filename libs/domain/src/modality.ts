/** The modalities in the order of the environment slots (docs/bundle-format.md). A fifth one breaks the build until every table handles it. */
export const MODALITIES = ['text', 'image', 'audio', 'video'] as const;

export type Modality = (typeof MODALITIES)[number];

/** Index of a modality's environment slot, and its word in the key of the noise generator. */
export const MODALITY_INDEX = { text: 0, image: 1, audio: 2, video: 3 } as const satisfies Record<Modality, number>;
