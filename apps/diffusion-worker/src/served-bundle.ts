import { createEngine, type Engine } from '@medley/diffusion';
import { MODALITIES, type Modality, type Bundle } from '@medley/domain';
import {
  GraphRunner,
  LatentPreviewer,
  STAGE_GRAPHS,
  createJointModel,
  readNullCondition,
  verifyBundle,
  type SessionPool,
} from '@medley/inference';
import type { CostRecorder } from '@medley/queue';
import type { Tensor } from '@medley/tensor';
import type { DiffusionMetrics } from './diffusion-metrics.ts';
import type { RunTraces } from './run-traces.ts';

/** A bundle whose diffusion graphs are loaded. */
export interface ServedBundle {
  bundle: Bundle;
  engine: Engine;
  previewer: LatentPreviewer;
  /** Null condition [T, D] of each modality that the bundle has. */
  nullConditions: ReadonlyMap<Modality, Tensor<'float32'>>;
}

/** Checks the files of a bundle and loads its diffusion graphs on every thread. Throws an Error that names what is wrong. */
export async function serveBundle(
  bundle: Bundle,
  pool: SessionPool,
  metrics: DiffusionMetrics,
  costs: CostRecorder,
  traces: RunTraces,
): Promise<ServedBundle> {
  await verifyBundle(bundle);
  const runner = await GraphRunner.load(bundle, pool, STAGE_GRAPHS.diffuse, {
    loaded: (graph) => metrics.loaded(graph),
  });
  const present = MODALITIES.filter((modality) => bundle.manifest.modalities[modality] !== undefined);
  const nulls = present.map(async (modality) => [modality, await readNullCondition(bundle, modality)] as const);
  return {
    bundle,
    engine: createEngine({
      model: createJointModel(runner),
      concurrency: pool.size,
      observe: (call) => {
        metrics.called(call);
        traces.called(call);
        costs.add(`${call.modality} ${call.graph}`, (call.seconds * 1000) / call.rows);
      },
    }),
    previewer: new LatentPreviewer(runner),
    nullConditions: new Map(await Promise.all(nulls)),
  };
}
