import { describe, expect, it } from '@jest/globals';
import { FrameSampler } from './frame-sampler.ts';

const target = { width: 1, height: 1, frames: 4, fps: 4, maxSeconds: 10 };
const grey = (value: number) => Uint8Array.from([value, value, value]);

/** The red values of the frames picked. */
function pick(frames: readonly [seconds: number, value: number][]): number[] {
  const sampler = new FrameSampler(target);
  frames.every(([seconds, value]) => sampler.add(seconds, grey(value)));
  return [...sampler.finish()!.data.subarray(0, 4)].map((value) => Math.round(value * 255));
}

describe('FrameSampler', () => {
  it('takes frames of the same rate one by one', () => {
    expect(pick([0, 1, 2, 3, 4].map((index) => [index / 4, index]))).toEqual([0, 1, 2, 3]);
  });

  it('leaves frames out of a faster clip and repeats those of a slower one', () => {
    expect(pick(Array.from({ length: 10 }, (_, index) => [index / 8, index]))).toEqual([0, 2, 4, 6]);
    expect(pick([0, 1, 2].map((index) => [index / 2, index]))).toEqual([0, 0, 1, 1]);
  });

  it('follows the time stamps of a variable rate', () => {
    expect(
      pick([
        [0, 1],
        [0.1, 2],
        [0.7, 3],
        [0.74, 4],
      ]),
    ).toEqual([1, 2, 2, 4]);
  });

  it('begins with the first frame whatever its time stamp, and forgives rounded ones', () => {
    expect(
      pick([
        [5, 1],
        [5.25015, 2],
        [5.5, 3],
        [5.75, 4],
      ]),
    ).toEqual([1, 2, 3, 4]);
  });

  it('asks for no more than it needs, and has nothing without a frame', () => {
    const sampler = new FrameSampler(target);
    expect(sampler.finish()).toBeUndefined();
    expect([0, 0.5, 0.99, 1].map((seconds) => sampler.add(seconds, grey(1)))).toEqual([true, true, false, false]);
  });
});
