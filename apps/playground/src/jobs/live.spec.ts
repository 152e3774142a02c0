import { describe, expect, it } from '@jest/globals';
import type { GenerationUpdate } from '@medley/client';
import { NOTHING_YET, applyUpdate } from './live.ts';

const after = (...events: GenerationUpdate[]) => events.reduce(applyUpdate, NOTHING_YET);
const stage = (name: 'ingest' | 'encode' | 'diffuse' | 'decode' | 'notify', state: 'started' | 'completed') =>
  ({ type: 'stage', stage: name, state, role: 0 }) as const;

describe('applyUpdate', () => {
  it('follows a generation through its phases', () => {
    expect(after({ type: 'accepted', created_at: '' }).phase).toBe('queued');
    expect(after({ type: 'fetching', condition: 0 }).phase).toBe('reading');
    expect(after(stage('encode', 'started'), stage('encode', 'completed'))).toMatchObject({
      phase: 'reading',
      read: 1,
    });
    const step: GenerationUpdate = { type: 'step', step: 3, steps: 16, outputs: ['image'] };
    expect(after(stage('diffuse', 'started'), step)).toMatchObject({ phase: 'composing', step: 3, steps: 16 });
    const output = { type: 'output', output: 'image', role: 'primary', sample: 0 } as const;
    expect(after(stage('decode', 'started'), output, stage('notify', 'started'))).toMatchObject({
      phase: 'finishing',
      made: 1,
    });
  });

  it('keeps the newest preview of each output', () => {
    const preview = (output: 'image' | 'video', step: number): GenerationUpdate => ({
      type: 'preview',
      output,
      sample: 0,
      step,
      image: `data:${step}`,
    });
    expect(after(preview('image', 1), preview('video', 1), preview('image', 2)).previews).toEqual({
      image: { step: 2, image: 'data:2' },
      video: { step: 1, image: 'data:1' },
    });
  });
});
