import { estimateSeconds, type BundleManifest, type GraphCosts } from '@medley/domain';
import { KINDS, RUNS, type Kind } from './kinds.ts';

/** A bundle that does not say what its graphs cost: `estimateSeconds` takes ten milliseconds for each row then. */
const SILENT_BUNDLE = { modalities: {} } as BundleManifest;

/** Other stages than diffusion are not simulated. */
const OTHER_STAGES: GraphCosts = { 'image decoder': 0, 'video decoder': 0 };

const graphOf = (kind: Kind) => `${RUNS[kind].modality} denoiser` as const;

/** How a day's estimates come about. */
export interface EstimateOptions {
  /** Times by which the known cost of a row is off. `unknown`: nothing was measured yet, and the bundle says nothing. */
  known: Readonly<Record<Kind, number>> | 'unknown';
  /** Whether it follows what workers measure. */
  learns: boolean;
}

/** What the gateway takes a generation to cost when it accepts it: `estimateSeconds` on the costs that workers have recorded. */
export class CostEstimate {
  readonly #learns: boolean;
  #costs: GraphCosts;
  /** Seconds by index of the kind. */
  seconds: readonly number[];

  constructor({ known, learns }: EstimateOptions) {
    this.#learns = learns;
    const rows = KINDS.map((kind) => [graphOf(kind), known === 'unknown' ? 0 : known[kind] * RUNS[kind].milliseconds]);
    this.#costs = known === 'unknown' ? {} : (Object.fromEntries(rows) as GraphCosts);
    this.seconds = this.#estimate();
  }

  get learns(): boolean {
    return this.#learns;
  }

  /**
   * Workers tell what a row took them once a second, in the order given: each moves the recorded cost a fifth of the way, the first
   * sets it (RECORD in libs/queue/src/cost-records.ts). `errors`: true seconds of a run by those of its kind on average.
   */
  record(reports: readonly { kind: number; error: number }[], times: number): void {
    for (let time = 0; time < times; time += 1) {
      for (const { kind: index, error } of reports) {
        const kind = KINDS[index]!;
        const measured = RUNS[kind].milliseconds * error;
        const before = this.#costs[graphOf(kind)];
        this.#costs[graphOf(kind)] = before === undefined ? measured : before + (measured - before) / 5;
      }
    }
    this.seconds = this.#estimate();
  }

  #estimate(): number[] {
    return KINDS.map((kind) => {
      const { modality, steps } = RUNS[kind];
      const request = { conditions: [], outputs: [{ type: modality }], steps, samples: 1 };
      return estimateSeconds(request, SILENT_BUNDLE, { ...OTHER_STAGES, ...this.#costs });
    });
  }
}
