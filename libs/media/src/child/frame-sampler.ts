import type { Numbers, VideoTarget } from '../media-protocol.ts';

/** Lets a frame that is meant to be shown at a moment count for it, although its time stamp was rounded. */
const ROUNDING = 1e-3;

/** Picks from frames of any rate the one that is shown at each moment of the target's clock. Only the frames picked are kept. */
export class FrameSampler {
  readonly #target: VideoTarget;
  readonly #data: Float32Array;
  #start: number | undefined;
  #shown: Uint8Array | undefined;
  #filled = 0;

  constructor(target: VideoTarget) {
    this.#target = target;
    this.#data = new Float32Array(3 * target.frames * target.height * target.width);
  }

  /** A frame of target size, interleaved RGB, in the order of time. Answers whether more are needed. */
  add(seconds: number, rgb: Uint8Array): boolean {
    this.#start ??= seconds;
    while (this.#shown !== undefined && this.#filled < this.#target.frames && this.#moment() < seconds) this.#fill();
    this.#shown = rgb;
    return this.#filled < this.#target.frames;
  }

  /** [3, frames, height, width]; the last frame stays until the end. Undefined when there was no frame. */
  finish(): Numbers | undefined {
    if (this.#shown === undefined) return undefined;
    while (this.#filled < this.#target.frames) this.#fill();
    const { frames, height, width } = this.#target;
    return { shape: [3, frames, height, width], data: this.#data };
  }

  #moment(): number {
    return this.#start! + (this.#filled + ROUNDING) / this.#target.fps;
  }

  #fill(): void {
    const { frames, height, width } = this.#target;
    const plane = width * height;
    for (let place = 0; place < plane; place += 1) {
      for (let colour = 0; colour < 3; colour += 1) {
        this.#data[(colour * frames + this.#filled) * plane + place] = this.#shown![place * 3 + colour]! / 255;
      }
    }
    this.#filled += 1;
  }
}
