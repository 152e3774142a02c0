import { float32 } from '@medley/tensor';
import { applyGuidance, needsUnconditional } from './guidance.ts';
import type { DenoiserInputs, JointModelSpec } from './joint-model.ts';
import { rowsOf, type Batch, type ReadyRows } from './policy.ts';
import type { RunState } from './run-state.ts';

/** A unit of a batch with the samples whose rows it holds. Rows: one for each sample, then the unconditional ones. */
export interface BatchUnit {
  rows: ReadyRows;
  run: RunState;
  samples: number[];
}

/** Rows a strict batch always has: what the smallest guided batch needs. */
const STRICT_ROWS = { environment_encoder: 1, denoiser: 2 } as const;

export function batchUnits(batch: Batch, runs: ReadonlyMap<string, RunState>): BatchUnit[] {
  return batch.map((rows) => {
    const run = runs.get(rows.run)!;
    return { rows, run, samples: run.openSamples(run.output(rows.modality), rows.graph).slice(0, rows.samples) };
  });
}

/** Rows of the batch, padded to the fixed size of strict batches. */
function rowCount(units: readonly BatchUnit[]): number {
  const rows = units.reduce((sum, unit) => sum + rowsOf(unit.rows), 0);
  const [{ rows: first }] = units as [BatchUnit];
  return first.alone ? Math.max(rows, STRICT_ROWS[first.graph]) : rows;
}

/** latent [rows, ...], timestep [rows]. */
export function environmentInputs(units: readonly BatchUnit[]) {
  const [{ run, rows }] = units as [BatchUnit];
  const { shape, size } = run.output(rows.modality);
  const count = rowCount(units);
  const latent = float32([count, ...shape]);
  const timestep = float32([count]);
  let at = 0;
  for (const unit of units) {
    const output = unit.run.output(rows.modality);
    for (const sample of unit.samples) {
      unit.run.writeLatent(output, sample, latent.data.subarray(at * size, (at + 1) * size));
      timestep.data[at] = unit.run.trajectory.timesteps[unit.run.step]!;
      at += 1;
    }
  }
  return { latent, timestep };
}

/** All rows of a denoiser's batch: each has its own timestep, condition, environment and mask. */
export function denoiserInputs(units: readonly BatchUnit[], model: JointModelSpec): DenoiserInputs {
  const [{ run, rows }] = units as [BatchUnit];
  const { shape, size } = run.output(rows.modality);
  const count = rowCount(units);
  const told = model.conditionTokens * model.conditionWidth;
  const heard = 4 * model.environmentTokens * model.environmentWidth;
  const inputs: DenoiserInputs = {
    latent: float32([count, ...shape]),
    timestep: float32([count]),
    condition: float32([count, model.conditionTokens, model.conditionWidth]),
    environment: float32([count, 4, model.environmentTokens, model.environmentWidth]),
    mask: float32([count, 4]),
  };
  let at = 0;
  for (const unit of units) {
    const output = unit.run.output(rows.modality);
    const halves = needsUnconditional(output.guidance)
      ? [unit.run.spec.condition, unit.run.spec.unconditional]
      : [unit.run.spec.condition];
    for (const condition of halves) {
      for (const sample of unit.samples) {
        unit.run.writeLatent(output, sample, inputs.latent.data.subarray(at * size, (at + 1) * size));
        inputs.timestep.data[at] = unit.run.trajectory.timesteps[unit.run.step]!;
        inputs.condition.data.set(condition.data, at * told);
        unit.run.writeEnvironment(
          output,
          sample,
          inputs.environment.data.subarray(at * heard, (at + 1) * heard),
          inputs.mask.data.subarray(at * 4, (at + 1) * 4),
        );
        at += 1;
      }
    }
  }
  return inputs;
}

/** Hands the rows of an answer to the runs that they belong to. */
export function distribute(units: readonly BatchUnit[], answer: Float32Array, width: number): void {
  let at = 0;
  const take = () => answer.slice(at * width, (at += 1) * width);
  for (const { rows, run, samples } of units) {
    const output = run.output(rows.modality);
    if (rows.graph === 'environment_encoder') {
      for (const sample of samples) output.environments[sample] = take();
      continue;
    }
    const conditional = samples.map(take);
    if (needsUnconditional(output.guidance)) {
      for (const prediction of conditional) applyGuidance(prediction, take(), output.guidance);
    }
    samples.forEach((sample, index) => (output.predictions[sample] = conditional[index]));
  }
}
