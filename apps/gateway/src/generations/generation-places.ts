import { GenerationError } from '@medley/domain';
import type { OpenGenerations } from '@medley/queue';

/** Generations of one key that may be open at once. */
export class GenerationPlaces {
  readonly #open: OpenGenerations;

  constructor(open: OpenGenerations) {
    this.#open = open;
  }

  /**
   * Takes one of `limit` places (null: as many as one likes) until the generation has ended. `give` gives it back at once.
   * Throws GenerationError `rate_limited`.
   */
  async take(owner: string, generation: string, limit: number | null): Promise<{ give: () => Promise<void> }> {
    if (limit === null) return { give: async () => undefined };
    const answer = await this.#open.reserve(owner, generation, limit);
    if (answer === 'refused') {
      throw new GenerationError(
        'rate_limited',
        `this API key may have ${limit} generations in flight, and has them: wait for the end of one, or cancel one`,
      );
    }
    const give = async () => {
      // A place that can't be given back now is free again by itself.
      if (answer === 'added') await this.#open.release(owner, generation).catch(() => undefined);
    };
    return { give };
  }
}
