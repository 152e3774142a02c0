import type { GenerationUpdate, Modality } from '@medley/client';

/** The stages that a visitor sees, in their order. */
export const PHASES = ['queued', 'reading', 'composing', 'finishing'] as const;
export type Phase = (typeof PHASES)[number];

/** What the events of a generation have told so far. */
export interface Live {
  phase: Phase;
  /** Prompts that are read. */
  read: number;
  step: number;
  steps: number;
  /** Files that are made. */
  made: number;
  /** The newest preview of each output. */
  previews: Partial<Record<Modality, { step: number; image: string }>>;
}

export const NOTHING_YET: Live = { phase: 'queued', read: 0, step: 0, steps: 0, made: 0, previews: {} };

const PHASE_OF = {
  ingest: 'reading',
  encode: 'reading',
  diffuse: 'composing',
  decode: 'finishing',
  assemble: 'finishing',
} as const;

/** What is known after one more event. */
export function applyUpdate(live: Live, event: GenerationUpdate): Live {
  switch (event.type) {
    case 'fetching':
      return { ...live, phase: 'reading' };
    case 'stage': {
      if (event.stage === 'notify') return live;
      const phase = PHASE_OF[event.stage];
      if (event.state === 'started') return { ...live, phase };
      return event.stage === 'encode' ? { ...live, phase, read: live.read + 1 } : { ...live, phase };
    }
    case 'step':
      return { ...live, phase: 'composing', step: event.step, steps: event.steps };
    case 'output':
      return { ...live, phase: 'finishing', made: live.made + 1 };
    case 'preview': {
      const { output, step, image } = event;
      return { ...live, previews: { ...live.previews, [output]: { step, image } } };
    }
    default:
      return live;
  }
}
