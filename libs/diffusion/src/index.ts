export type { Attends, DenoiserInputs, JointModel, JointModelSpec } from './joint-model.ts';
export { createEngine, type Engine, type EngineOptions, type ModelCall } from './engine.ts';
export type { Checkpoint, RunHandle, RunOutput, RunSpec, StepDone } from './run.ts';
export { checkpointBytes, checkpointFromBytes } from './checkpoint-bytes.ts';
export { packedSoonestDue, type Batch, type Policy, type ReadyRows, type StepGraph } from './policy.ts';
export { CostModel } from './cost-model.ts';
export { mixConditions } from './mix-conditions.ts';
export type { NoiseSource } from './run-state.ts';
