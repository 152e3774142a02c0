import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { parseManifest, type BundleManifest } from './bundle-manifest.ts';
import { estimatePools, estimateSeconds, generationWork, rowsMilliseconds } from './generation-cost.ts';

const load = async (name: string): Promise<BundleManifest> =>
  parseManifest(await readFile(`bundles/${name}/bundle.json`)).manifest;

const duet = {
  conditions: [{ type: 'text' }, { type: 'image' }],
  negative: 'a cat',
  outputs: [{ type: 'image' }, { type: 'text' }],
  samples: 2,
  steps: 4,
} as const;

describe('generationWork', () => {
  it('counts the rows of every job, the negative prompt last', () => {
    expect(generationWork(duet)).toEqual({
      encode: [{ 'text prompt_encoder': 1 }, { 'image prompt_encoder': 1 }, { 'text prompt_encoder': 1 }],
      step: {
        'image denoiser': 4,
        'image environment_encoder': 2,
        'text denoiser': 4,
        'text environment_encoder': 2,
      },
      steps: 4,
      decode: [{ 'image decoder': 1 }, { 'image decoder': 1 }, { 'text text_decoder': 1 }, { 'text text_decoder': 1 }],
    });
  });

  it('exchanges no environments for a single output', () => {
    const { step } = generationWork({ ...duet, outputs: [{ type: 'audio' }], samples: 1 });
    expect(step).toEqual({ 'audio denoiser': 2 });
  });
});

describe('rowsMilliseconds', () => {
  it('takes what was measured, then the manifest, then ten', async () => {
    const manifest = await load('picturebook');
    const { milliseconds } = manifest.modalities.image!;
    expect(rowsMilliseconds({ 'image denoiser': 3 }, manifest, { 'image denoiser': 7 })).toBe(21);
    expect(rowsMilliseconds({ 'image denoiser': 3 }, manifest)).toBeCloseTo(3 * milliseconds.denoiser!);
    expect(rowsMilliseconds({ 'image denoiser': 3 }, undefined)).toBe(30);
  });

  it('takes a measured text as a whole, and one of the manifest token by token', async () => {
    const manifest = await load('picturebook');
    const { milliseconds, media } = manifest.modalities.text!;
    expect(rowsMilliseconds({ 'text text_decoder': 2 }, manifest, { 'text text_decoder': 7 })).toBe(14);
    const text = milliseconds.text_decoder! * media.max_tokens;
    expect(rowsMilliseconds({ 'text text_decoder': 2 }, manifest)).toBeCloseTo(2 * text);
  });
});

describe('estimateSeconds', () => {
  it('sums the jobs of all stages', async () => {
    const measured = {
      'text prompt_encoder': 1,
      'image prompt_encoder': 10,
      'image denoiser': 100,
      'text denoiser': 1_000,
      'image environment_encoder': 5,
      'text environment_encoder': 7,
      'image decoder': 20_000,
      'text text_decoder': 30_000,
    };
    const milliseconds = 12 + 4 * (4 * 1_100 + 2 * 12) + 2 * 50_000;
    expect(estimateSeconds(duet, await load('tiny-codi'), measured)).toBeCloseTo(milliseconds / 1000);
    const { encode, diffuse, decode } = estimatePools(duet, await load('tiny-codi'), measured);
    expect([encode, diffuse, decode].map((seconds) => Math.round(1000 * seconds))).toEqual([12, 17_696, 100_000]);
  });
});
