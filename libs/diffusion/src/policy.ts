import type { Modality } from '@medley/domain';
import type { CostModel } from './cost-model.ts';

/** The two graphs of a joint step. */
export type StepGraph = 'environment_encoder' | 'denoiser';

/** What one run needs of one graph now. A batch takes as many of its samples as it likes. */
export interface ReadyRows {
  run: string;
  modality: Modality;
  graph: StepGraph;
  samples: number;
  /** Rows of one sample: two where guidance needs the unconditional half. */
  rowsEach: 1 | 2;
  /** These rows share a batch with no other run's. */
  alone: boolean;
  /** When the run would be done if it were alone, in milliseconds of the engine's clock. */
  due: number;
  /** Order of admission. */
  order: number;
}

/** Rows for one call of one graph. `samples` are those that are taken now. */
export type Batch = readonly ReadyRows[];

/** Picks the next batch for an idle graph runner, or undefined to wait. Pure. */
export interface Policy {
  next(ready: readonly ReadyRows[], cost: CostModel, now: number): Batch | undefined;
}

/** Rows that these samples take in a batch. */
export function rowsOf({ samples, rowsEach }: Pick<ReadyRows, 'samples' | 'rowsEach'>): number {
  return samples * rowsEach;
}

/**
 * The run that would be done soonest if it were alone goes first (earliest deadline first), joined by the samples of others that
 * need the same graph, up to `maximumRows`. Equal runs go in their order, a short one passes a long one, and none waits for
 * ever: whoever is admitted late enough is due later than any that waits.
 */
export function packedSoonestDue(maximumRows: number): Policy {
  return {
    next(ready) {
      const [first, ...rest] = [...ready].sort((a, b) => a.due - b.due || a.order - b.order);
      if (first === undefined) return undefined;
      if (first.alone) return [first];
      const fits = rest.filter(
        (one) => !one.alone && one.modality === first.modality && one.graph === first.graph && one.run !== first.run,
      );
      const batch: ReadyRows[] = [];
      let room = maximumRows;
      for (const one of [first, ...fits]) {
        const samples = Math.min(one.samples, Math.floor(room / one.rowsEach));
        if (samples === 0 && batch.length > 0) continue;
        const taken = { ...one, samples: Math.max(samples, 1) };
        batch.push(taken);
        room -= rowsOf(taken);
      }
      return batch;
    },
  };
}
