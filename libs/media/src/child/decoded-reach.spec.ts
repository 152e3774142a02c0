import { describe, expect, it } from '@jest/globals';
import { DecodedReach } from './decoded-reach.ts';

/** What becomes of frames at these seconds, each so long (0 where it does not say), in a clip that says 4 s of which 3 s are used. */
function refusal(frames: readonly [seconds: number, stays: number][], declared = { start: 0, seconds: 4 }, used = 3) {
  const reach = new DecodedReach();
  for (const [seconds, stays] of frames) {
    reach.add({ pts: BigInt(seconds * 1000), duration: BigInt(stays * 1000), timeBase: { num: 1, den: 1000 } });
  }
  try {
    reach.expect('clip', declared, used);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('DecodedReach', () => {
  it('refuses frames that end clearly before what is used', () => {
    expect(
      refusal([
        [0, 1],
        [1, 0.7],
      ]),
    ).toBe('the clip says that it lasts 4.0 s, 1.7 s of it could be decoded; it may be cut off or damaged');
    expect(
      refusal([
        [0, 1],
        [1, 1],
        [2, 1],
      ]),
    ).toBeUndefined();
    expect(
      refusal(
        [
          [0, 0.5],
          [0.5, 0.5],
        ],
        { start: 0, seconds: 1 },
      ),
    ).toBeUndefined();
  });

  it('forgives a frame and what is rounded', () => {
    expect(
      refusal([
        [0, 0.04],
        [0.04, 2.8],
      ]),
    ).toBeUndefined();
    expect(
      refusal([
        [0, 0.04],
        [0.04, 2.7],
      ]),
    ).toContain('2.7 s of it');
  });

  it('lets the last frame of a variable rate stay as long as any other', () => {
    expect(
      refusal([
        [0, 0.04],
        [1.5, 0.04],
      ]),
    ).toBeUndefined();
    expect(
      refusal([
        [0, 0.04],
        [1.4, 0.04],
      ]),
    ).toContain('1.4 s of it');
    expect(
      refusal([
        [0, 0],
        [1, 0],
      ]),
    ).toBeUndefined();
    expect(refusal([[0, 0]])).toBeUndefined();
  });

  it('goes by the clock of the frames', () => {
    expect(refusal([[5, 2.9]], { start: 5, seconds: 3 })).toBeUndefined();
    expect(refusal([[5, 1]], { start: 5, seconds: 3 })).toContain('lasts 3.0 s, 1.0 s of it');
    // The first ones could not be decoded: what is used begins later.
    expect(refusal([[2, 2]], { start: 0, seconds: 4 })).toBeUndefined();
  });

  it('believes a file that says nothing', () => {
    const reach = new DecodedReach();
    reach.add({ pts: 0n, duration: 1n, timeBase: { num: 1, den: 1 } });
    expect(() => reach.expect('sound', undefined, 9)).not.toThrow();
    expect(() => new DecodedReach().expect('sound', { start: 0, seconds: 4 }, 3)).not.toThrow();
  });
});
