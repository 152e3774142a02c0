import {
  ENDED_STATUSES,
  GenerationError,
  clearLateTensors,
  commitGeneration,
  decodeRoles,
  isFinalFailure,
  withDeadline,
  type CommitPorts,
  type JobContext,
  type LiveState,
  type Modality,
  type TensorReference,
} from '@medley/domain';
import type { Checkpoint } from '@medley/diffusion';
import type { TensorExchange } from '@medley/latents';
import type { Logger, StageRuns } from '@medley/runtime';
import { row, type Tensor } from '@medley/tensor';
import type { RunCheckpoints } from './run-checkpoints.ts';
import type { RunReporter } from './run-reporter.ts';
import { buildRunSpec } from './run-spec.ts';
import { toldSteps, type RunTraces } from './run-traces.ts';
import type { ServedBundle } from './served-bundle.ts';

/** Final latents [samples, ...] by output. */
type Latents = ReadonlyMap<Modality, Tensor<'float32'>>;

export interface DiffuseParts {
  served: ServedBundle;
  ports: CommitPorts;
  exchange: TensorExchange;
  reporter: RunReporter;
  checkpoints: RunCheckpoints;
  stages: StageRuns;
  traces: RunTraces;
  logger: Logger;
}

/** Takes a generation from its embeddings to its latents, and adds the flow that decodes them. */
export class DiffuseProcessor {
  readonly #parts: DiffuseParts;

  constructor(parts: DiffuseParts) {
    this.#parts = parts;
  }

  /** A failure that no attempt can mend ends the generation. */
  async run(context: JobContext): Promise<void> {
    const begin = performance.now();
    const { state, payload } = context;
    const { epoch } = payload;
    if (state === undefined || state.epoch !== epoch) return;
    if (ENDED_STATUSES.has(state.status)) {
      // An earlier execution may have stored latents and not come as far as to see that.
      await clearLateTensors(this.#parts.ports, state.request.id);
      return;
    }
    const run = { stage: 'diffuse', context, request: state.request, begin } as const;
    await this.#parts.stages.run(run, async (tell) => {
      tell({ steps: state.request.steps, outputs: state.request.outputs.map(({ type }) => type).join(',') });
      const deadline = withDeadline(state, context.signal);
      try {
        await this.#diffuse(state, context.attempt, deadline.signal);
      } catch (error) {
        await this.#fail(error, state, context);
      } finally {
        deadline.clear();
      }
    });
  }

  async #diffuse(state: LiveState, attempt: number, signal: AbortSignal): Promise<void> {
    const { request, epoch } = state;
    const { exchange, ports } = this.#parts;
    const { live, events, queue } = ports;
    // An earlier execution may have come as far as that.
    const stored = decodeRoles(request).every(({ role }) => state.latents[role] !== undefined);
    if (!stored) {
      const from = attempt > 1 ? await this.#parts.checkpoints.find(state, signal) : undefined;
      const { latents, told } = await this.#denoise(state, from, signal);
      const [references] = await Promise.all([this.#publish(state, latents, signal), told]);
      const timings = { diffuse_completed: Date.now() };
      if (!(await live.update(request.id, epoch, { latents: references, timings }))) {
        exchange.release(request.id);
        await clearLateTensors(ports, request.id);
        return;
      }
    }
    signal.throwIfAborted();
    await queue.addDecodeFlow(request, epoch, state.turn);
    await events.append(request.id, epoch, { type: 'stage', stage: 'diffuse', state: 'completed', role: 0 });
  }

  /** `told`: see RunReporter. */
  async #denoise(
    state: LiveState,
    from: Checkpoint | undefined,
    signal: AbortSignal,
  ): Promise<{ latents: Latents; told: Promise<void> }> {
    const { served, exchange, reporter, checkpoints, traces } = this.#parts;
    const begun = reporter.begin(state, from?.step ?? 0);
    const [spec] = await Promise.all([buildRunSpec(state, served, exchange, signal), begun]);
    signal.throwIfAborted();
    return traces.run(spec, async (span) => {
      const run = served.engine.admit(spec, { signal, ...(from === undefined ? {} : { from }) });
      const events = checkpoints.keep(state, run, signal);
      const { told } = await reporter.follow(state, span.recorded ? toldSteps(span, events) : events, signal);
      return { latents: await run.result, told };
    });
  }

  /** One tensor for each output and sample, so that each decoder fetches its own. */
  async #publish(
    { request }: LiveState,
    latents: Latents,
    signal: AbortSignal,
  ): Promise<Record<string, TensorReference>> {
    const entries = decodeRoles(request).map(async ({ role, output, sample }) => {
      const latent = row(latents.get(output.type)!, sample);
      return [role, await this.#parts.exchange.publish(request.id, latent, signal)] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Rethrows, unless the generation needs another epoch: then the reconciler finds it with neither latents nor jobs. */
  async #fail(error: unknown, { request, timings }: LiveState, context: JobContext): Promise<void> {
    const { exchange, ports, logger } = this.#parts;
    const { epoch } = context.payload;
    exchange.release(request.id);
    if (error instanceof GenerationError && error.code === 'tensor_gone') {
      logger.warn({ err: error }, 'an embedding is gone; the generation starts anew');
      return;
    }
    if (!isFinalFailure(error, context)) throw error;
    await commitGeneration(ports, request, epoch, { status: 'failed', error }, timings);
    throw error;
  }
}
