import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { philox4x32, standardNormal, uniform } from './index.ts';

interface Golden {
  known_answers: { counter: [number, number, number, number]; key: [number, number]; result: number[] }[];
  normals: {
    seed: number;
    modality: 'text' | 'image' | 'audio' | 'video';
    sample: number;
    stream: number;
    normals: number[];
  }[];
}
const golden = JSON.parse(readFileSync(new URL('../golden/philox4x32-10.json', import.meta.url), 'utf8')) as Golden;
const INDEX = { text: 0, image: 1, audio: 2, video: 3 };

describe('noise', () => {
  it.each(golden.known_answers)("equals Random123's known answer for counter $counter", ({ counter, key, result }) => {
    expect([...philox4x32(counter, key)]).toEqual(result);
  });

  it.each(golden.normals)('draws the normals of the reference for seed $seed, $modality, sample $sample', (one) => {
    const drawn = standardNormal([10], { ...one, modality: INDEX[one.modality] });
    one.normals.forEach((value, index) => expect(drawn.data[index]).toBeCloseTo(value, 6));
  });

  it('begins with the same numbers whatever the length', () => {
    const key = { seed: 7, modality: 1, sample: 2, stream: 0 };
    expect([...standardNormal([5], key).data]).toEqual([...standardNormal([64], key).data.subarray(0, 5)]);
  });

  it('differs by seed, modality, sample and stream', () => {
    const base = { seed: 7, modality: 1, sample: 0, stream: 0 };
    const keys = [
      base,
      { ...base, seed: 8 },
      { ...base, modality: 2 },
      { ...base, sample: 1 },
      { ...base, stream: 1 },
      { ...base, seed: 7 + 2 ** 32 },
    ];
    expect(new Set(keys.map((key) => standardNormal([1], key).data[0])).size).toBe(keys.length);
  });

  it('has mean 0 and variance 1', () => {
    const { data } = standardNormal([100_000], { seed: 1, modality: 0, sample: 0, stream: 0 });
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
  });

  it('draws uniform numbers apart from the normals', () => {
    const key = { seed: 1, modality: 0, sample: 0, stream: 0 };
    const drawn = Array.from({ length: 1000 }, (_, counter) => uniform(counter, key));
    expect(Math.min(...drawn)).toBeGreaterThan(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(Math.abs(drawn.reduce((sum, value) => sum + value, 0) / 1000 - 0.5)).toBeLessThan(0.05);
  });
});
