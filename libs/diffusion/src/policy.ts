import type { Modality } from '@medley/domain';
import type { CostModel } from './cost-model.ts';

/** The two graphs of a joint step. */
export type StepGraph = 'environment_encoder' | 'denoiser';

/** What one run needs of one graph now: all its rows go into one batch. */
export interface ReadyRows {
  run: string;
  modality: Modality;
  graph: StepGraph;
  /** Rows of the batch: samples, twice where guidance needs the unconditional half. */
  rows: number;
  /** These rows share a batch with no other run's. */
  alone: boolean;
  /** Order of admission. */
  order: number;
}

/** Rows for one call of one graph. */
export type Batch = readonly ReadyRows[];

/** Picks the next batch for an idle graph runner, or undefined to wait. Pure. */
export interface Policy {
  next(ready: readonly ReadyRows[], cost: CostModel, now: number): Batch | undefined;
}

/** Oldest run first, joined by the rows of other runs that need the same graph, up to `maximumRows`. */
export function packedOldestFirst(maximumRows: number): Policy {
  return {
    next(ready) {
      const first = ready.reduce<ReadyRows | undefined>(
        (oldest, one) => (oldest === undefined || one.order < oldest.order ? one : oldest),
        undefined,
      );
      if (first === undefined) return undefined;
      if (first.alone) return [first];
      const batch = [first];
      let rows = first.rows;
      const others = ready.filter(
        (one) => one !== first && !one.alone && one.modality === first.modality && one.graph === first.graph,
      );
      for (const one of others.sort((a, b) => a.order - b.order)) {
        if (rows + one.rows > maximumRows) continue;
        batch.push(one);
        rows += one.rows;
      }
      return batch;
    },
  };
}
