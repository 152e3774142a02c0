import type { Modality } from '@medley/domain';
import type { JointModelSpec } from './joint-model.ts';
import type { StepGraph } from './policy.ts';

const WINDOW = 31;

/** What a batch costs: seeded from the manifest, refined by real batches; never measured by a blocking sweep. */
export class CostModel {
  readonly #seeds: JointModelSpec['milliseconds'];
  readonly #observed = new Map<string, number[]>();

  constructor(spec: JointModelSpec) {
    this.#seeds = spec.milliseconds;
  }

  observe(modality: Modality, graph: StepGraph, rows: number, milliseconds: number): void {
    const key = `${modality} ${graph} ${rows}`;
    const window = this.#observed.get(key) ?? [];
    window.push(milliseconds);
    if (window.length > WINDOW) window.shift();
    this.#observed.set(key, window);
  }

  /** Milliseconds of one call: the median of recent ones of that size, else in proportion to the nearest size seen, else to the manifest's figure. */
  estimate(modality: Modality, graph: StepGraph, rows: number): number {
    const exact = this.#observed.get(`${modality} ${graph} ${rows}`);
    if (exact !== undefined) return median(exact);
    const prefix = `${modality} ${graph} `;
    const nearest = [...this.#observed.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => Number(key.slice(prefix.length)))
      .sort((a, b) => Math.abs(a - rows) - Math.abs(b - rows))[0];
    if (nearest !== undefined) return (median(this.#observed.get(prefix + nearest)!) * rows) / nearest;
    return (this.#seeds[modality]?.[graph] ?? 10) * rows;
  }

  /** Milliseconds of a whole run on an idle engine, one graph after another. */
  estimateRun(outputs: readonly { modality: Modality; guided: boolean }[], samples: number, steps: number): number {
    const exchanged = outputs.length > 1;
    const step = outputs.reduce(
      (sum, { modality, guided }) =>
        sum +
        this.estimate(modality, 'denoiser', samples * (guided ? 2 : 1)) +
        (exchanged ? this.estimate(modality, 'environment_encoder', samples) : 0),
      0,
    );
    return step * steps;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
