import type { DeclaredLength } from './declared-length.ts';
import { RefusedMedium } from './refused-medium.ts';

/** Less is missing from whole files too: a frame at the end, the padding of an encoder, a rounded time. */
const CLEAR_SECONDS = 0.2;

/** What counts of a decoded frame. */
interface TimedFrame {
  pts: bigint;
  /** 0 where it is not known. */
  duration: bigint;
  timeBase: { num: number; den: number };
}

/** How far the frames of a stream reach, against what its file says. */
export class DecodedReach {
  #begin: number | undefined;
  #last = 0;
  #end = 0;
  #longest = 0;

  /** A frame, in the order of time. */
  add({ pts, duration, timeBase: { num, den } }: TimedFrame): void {
    const shown = (Number(pts) * num) / den;
    if (this.#begin !== undefined) this.#longest = Math.max(this.#longest, shown - this.#last);
    // A lone frame that does not say how long it stays may stay for ever.
    const stays = duration > 0n ? (Number(duration) * num) / den : this.#longest || Infinity;
    this.#begin ??= shown;
    this.#last = shown;
    this.#end = shown + stays;
  }

  /**
   * To be called where the frames ended before `used` seconds of them were there. Throws RefusedMedium where the file says
   * that there are more. The last frame of a variable rate may stay for as long as any before it.
   */
  expect(what: 'sound' | 'clip', declared: DeclaredLength | undefined, used: number): void {
    if (declared === undefined || this.#begin === undefined) return;
    const { start, seconds } = declared;
    const missing = Math.min(start + seconds, this.#begin + used) - this.#end;
    if (missing <= Math.max(CLEAR_SECONDS, this.#longest)) return;
    const decoded = Math.max(0, this.#end - start);
    throw new RefusedMedium(
      'media_undecodable',
      `the ${what} says that it lasts ${seconds.toFixed(1)} s, ${decoded.toFixed(1)} s of it could be decoded; it may be cut off or damaged`,
    );
  }
}
