import { standardNormal, uniform } from '@medley/tensor';

const BLOCK = 1024;

/** Random numbers of one stream of one seed; the same ones in every run. */
export class Draws {
  readonly #seed: number;
  readonly #stream: number;
  #count = 0;
  #normals: Float32Array = new Float32Array(0);
  #used = 0;

  constructor(seed: number, stream: number) {
    this.#seed = seed;
    this.#stream = stream;
  }

  /** In (0, 1). */
  uniform(): number {
    this.#count += 1;
    return uniform(this.#count, { seed: this.#seed, modality: 0, sample: 0, stream: this.#stream });
  }

  exponential(mean: number): number {
    return -mean * Math.log(this.uniform());
  }

  /** Lognormal of mean 1, whose standard deviation is `deviation` of it. */
  error(deviation: number): number {
    const variance = Math.log(1 + deviation ** 2);
    return Math.exp(Math.sqrt(variance) * this.#normal() - variance / 2);
  }

  #normal(): number {
    if (this.#used === this.#normals.length) {
      this.#count += 1;
      const key = { seed: this.#seed, modality: 1, sample: this.#count, stream: this.#stream };
      this.#normals = standardNormal([BLOCK], key).data;
      this.#used = 0;
    }
    this.#used += 1;
    return this.#normals[this.#used - 1]!;
  }
}
