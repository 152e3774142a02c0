import type { Modality } from '@medley/domain';
import { elementCount } from '@medley/tensor';
import { batchUnits, denoiserInputs, distribute, environmentInputs, type BatchUnit } from './batch-rows.ts';
import { CostModel } from './cost-model.ts';
import { EventQueue } from './event-queue.ts';
import type { JointModel } from './joint-model.ts';
import { needsUnconditional } from './guidance.ts';
import { packedSoonestDue, rowsOf, type Batch, type Policy, type StepGraph } from './policy.ts';
import { RunState, philoxNoise, type NoiseSource } from './run-state.ts';
import type { Checkpoint, RunHandle, RunSpec, StepDone } from './run.ts';

/** A call of the model that has ended. */
export interface ModelCall {
  modality: Modality;
  graph: StepGraph;
  rows: number;
  /** Ids of the runs whose rows it held. */
  members: readonly string[];
  seconds: number;
}

export interface EngineOptions {
  model: JointModel;
  /** Calls of the model that run at once: the number of its threads. */
  concurrency: number;
  policy?: Policy;
  noise?: NoiseSource;
  /** Told of every call of the model. */
  observe?: (call: ModelCall) => void;
}

export interface Engine {
  readonly cost: CostModel;
  /** Runs that are admitted and not done. */
  readonly active: number;
  /** Throws GenerationError for what the bundle can't do, Error for a checkpoint that does not fit. */
  admit(spec: RunSpec, options: { from?: Checkpoint; signal: AbortSignal }): RunHandle;
}

const MAXIMUM_ROWS = 8;

interface Admitted {
  state: RunState;
  events: EventQueue<StepDone>;
  signal: AbortSignal;
  settle: { resolve: (result: ReturnType<RunState['result']>) => void; reject: (reason: unknown) => void };
}

/** The joint step engine: rows of many runs share batches, a run advances when its own graphs are done. */
export function createEngine({
  model,
  concurrency,
  policy = packedSoonestDue(MAXIMUM_ROWS),
  noise = philoxNoise,
  observe,
}: EngineOptions): Engine {
  const cost = new CostModel(model.spec);
  const runs = new Map<string, Admitted>();
  const states = new Map<string, RunState>();
  const calls = new AbortController();
  let admitted = 0;
  let running = 0;

  /** Milliseconds that are left of a run which is alone. */
  const costOf = ({ outputs, samples, steps }: RunSpec, from: Checkpoint | undefined): number => {
    const guided = outputs.map(({ modality, guidance }) => ({ modality, guided: needsUnconditional(guidance) }));
    return cost.estimateRun(guided, samples, steps - (from?.step ?? 0));
  };

  const leave = (run: Admitted, settle: () => void) => {
    if (runs.get(run.state.spec.id) !== run) return;
    runs.delete(run.state.spec.id);
    states.delete(run.state.spec.id);
    run.events.end();
    settle();
  };
  const fail = (run: Admitted, reason: unknown) => leave(run, () => run.settle.reject(reason));

  /** A stop and the end act here, between steps. True when the run goes on. */
  const boundary = (run: Admitted): boolean => {
    if (run.signal.aborted) fail(run, run.signal.reason);
    else if (run.state.done) leave(run, () => run.settle.resolve(run.state.result()));
    return runs.get(run.state.spec.id) === run;
  };

  const call = async (units: BatchUnit[]): Promise<void> => {
    const { modality, graph } = units[0]!.rows;
    const started = performance.now();
    if (graph === 'environment_encoder') {
      const { latent, timestep } = environmentInputs(units);
      const answer = await model.environment(modality, latent, timestep, calls.signal);
      distribute(units, answer.data, model.spec.environmentTokens * model.spec.environmentWidth);
    } else {
      const answer = await model.denoise(modality, denoiserInputs(units, model.spec), calls.signal);
      distribute(units, answer.data, elementCount(answer.shape.slice(1)));
    }
    const milliseconds = performance.now() - started;
    const rows = units.reduce((sum, unit) => sum + rowsOf(unit.rows), 0);
    cost.observe(modality, graph, rows, milliseconds);
    observe?.({
      modality,
      graph,
      rows,
      members: units.map(({ run }) => run.spec.id),
      seconds: milliseconds / 1000,
    });
  };

  const advance = (run: Admitted): void => {
    if (runs.get(run.state.spec.id) !== run) return;
    try {
      if (!run.state.advanceWhenComplete()) return;
      run.events.push({
        type: 'step',
        step: run.state.step,
        steps: run.state.trajectory.steps,
        estimate: (modality, sample) => run.state.estimate(modality, sample),
      });
      boundary(run);
    } catch (error) {
      fail(run, error);
    }
  };

  /** Rows that share a batch share its failure: called apart, only the culprit fails. The answer is which runs did, and why. */
  const attempt = async (units: BatchUnit[]): Promise<Map<RunState, unknown>> => {
    try {
      await call(units);
      return new Map();
    } catch (error) {
      if (units.length === 1) return new Map([[units[0]!.run, error]]);
    }
    const failures = new Map<RunState, unknown>();
    for (const unit of units) for (const [run, error] of await attempt([unit])) failures.set(run, error);
    return failures;
  };

  const execute = async (batch: Batch): Promise<void> => {
    const units = batchUnits(batch, states);
    const members = units.map(({ rows }) => runs.get(rows.run)!);
    const places = units.map(({ rows, samples }) => samples.map((sample) => `${rows.modality} ${sample}`));
    units.forEach(({ run }, index) => places[index]!.forEach((place) => run.pending.add(place)));
    running += 1;
    const failures = await attempt(units);
    running -= 1;
    units.forEach(({ run }, index) => places[index]!.forEach((place) => run.pending.delete(place)));
    for (const run of members) {
      if (failures.has(run.state)) fail(run, failures.get(run.state));
      else advance(run);
    }
    schedule();
  };

  const schedule = (): void => {
    while (running < concurrency) {
      const ready = [...states.values()].flatMap((state) => state.ready());
      const batch = policy.next(ready, cost, performance.now());
      if (batch === undefined || batch.length === 0) return;
      void execute(batch);
    }
  };

  return {
    cost,
    get active() {
      return runs.size;
    },
    admit(spec, { from, signal }) {
      if (runs.has(spec.id)) throw new Error(`run ${spec.id} is admitted already`);
      const place = { order: (admitted += 1), due: performance.now() + costOf(spec, from) };
      const state = new RunState(spec, place, model.spec, noise, from);
      const events = new EventQueue<StepDone>();
      const { promise: result, resolve, reject } = Promise.withResolvers<ReturnType<RunState['result']>>();
      const run: Admitted = { state, events, signal, settle: { resolve, reject } };
      result.catch(() => undefined);
      runs.set(spec.id, run);
      states.set(spec.id, state);
      // A run that waits for its turn is between steps too.
      signal.addEventListener('abort', () => state.pending.size === 0 && boundary(run), { once: true });
      if (boundary(run)) queueMicrotask(schedule);
      return {
        events,
        result,
        checkpoint: () => state.checkpoint(),
      };
    },
  };
}
