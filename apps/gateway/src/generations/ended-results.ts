import type { GenerationResult } from '@medley/domain';

/** Results of ended generations that were read lately. Those read longest ago give way to others. */
export class EndedResults {
  readonly #most: { characters: number; milliseconds: number };
  readonly #now: () => number;
  readonly #kept = new Map<string, { result: GenerationResult; characters: number; until: number }>();
  #characters = 0;

  /** Keeps that many characters of JSON, each result for so long. `now` is a clock in milliseconds. */
  constructor(most: { characters: number; milliseconds: number }, now = () => performance.now()) {
    this.#most = most;
    this.#now = now;
  }

  get(id: string): GenerationResult | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined) return undefined;
    if (kept.until <= this.#now()) {
      this.forget(id);
      return undefined;
    }
    this.#kept.delete(id);
    this.#kept.set(id, kept); // Behind all others in the order of the map.
    return kept.result;
  }

  keep(result: GenerationResult): void {
    this.forget(result.id);
    const characters = JSON.stringify(result).length;
    this.#kept.set(result.id, { result, characters, until: this.#now() + this.#most.milliseconds });
    this.#characters += characters;
    for (const id of this.#kept.keys()) {
      if (this.#characters <= this.#most.characters) break;
      this.forget(id);
    }
  }

  forget(id: string): void {
    this.#characters -= this.#kept.get(id)?.characters ?? 0;
    this.#kept.delete(id);
  }
}
