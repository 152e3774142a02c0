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
import type { TensorExchange } from '@medley/latents';
import type { Logger, StageRuns } from '@medley/runtime';
import { row, type Tensor } from '@medley/tensor';
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
    if (state === undefined || state.epoch !== epoch || ENDED_STATUSES.has(state.status)) return;
    const run = { stage: 'diffuse', context, request: state.request, begin } as const;
    await this.#parts.stages.run(run, async (tell) => {
      tell({ steps: state.request.steps, outputs: state.request.outputs.map(({ type }) => type).join(',') });
      const deadline = withDeadline(state, context.signal);
      try {
        await this.#diffuse(state, deadline.signal);
      } catch (error) {
        await this.#fail(error, state, context);
      } finally {
        deadline.clear();
      }
    });
  }

  async #diffuse(state: LiveState, signal: AbortSignal): Promise<void> {
    const { request, epoch } = state;
    // An earlier execution may have come as far as that.
    if (decodeRoles(request).every(({ role }) => state.latents[role] !== undefined)) {
      signal.throwIfAborted();
      await this.#passOn(state);
      return;
    }
    const { exchange, ports } = this.#parts;
    const { latents, told } = await this.#denoise(state, signal);
    const { references, stored } = await this.#offer(state, latents, signal);
    try {
      const timings = { diffuse_completed: Date.now() };
      const current = await ports.live.update(request.id, epoch, { latents: references, timings });
      signal.throwIfAborted();
      if (current) await this.#passOn(state);
    } finally {
      await Promise.all([stored, told]);
    }
    // The generation may have ended while S3 took its time.
    if (!(await ports.live.update(request.id, epoch, {}))) {
      exchange.release(request.id);
      await clearLateTensors(ports, request.id);
    }
  }

  async #passOn({ request, epoch, priority }: LiveState): Promise<void> {
    const { events, queue } = this.#parts.ports;
    await queue.addDecodeFlow(request, epoch, priority);
    await events.append(request.id, epoch, { type: 'stage', stage: 'diffuse', state: 'completed', role: 0 });
  }

  /** `told`: see RunReporter. */
  async #denoise(state: LiveState, signal: AbortSignal): Promise<{ latents: Latents; told: Promise<void> }> {
    const { served, exchange, reporter, traces } = this.#parts;
    const [spec] = await Promise.all([buildRunSpec(state, served, exchange, signal), reporter.begin(state)]);
    signal.throwIfAborted();
    return traces.run(spec, async (span) => {
      const { events, result } = served.engine.admit(spec, { signal });
      const { told } = await reporter.follow(state, span.recorded ? toldSteps(span, events) : events, signal);
      return { latents: await result, told };
    });
  }

  /**
   * One tensor for each output and sample, so that each decoder fetches its own. Resolves when all can be fetched; `stored`
   * does when S3 has them too. A crash between the two costs what one before the first costs: the generation is diffused again.
   */
  async #offer(
    { request }: LiveState,
    latents: Latents,
    signal: AbortSignal,
  ): Promise<{ references: Record<string, TensorReference>; stored: Promise<unknown> }> {
    const offers = decodeRoles(request).map(({ role, output, sample }) => {
      const latent = row(latents.get(output.type)!, sample);
      return { role, ...this.#parts.exchange.offer(request.id, latent, signal) };
    });
    const stored = Promise.all(offers.map((offer) => offer.stored));
    stored.catch(() => undefined);
    await Promise.all(offers.flatMap((offer) => (offer.reference.address === undefined ? [offer.stored] : [])));
    return { references: Object.fromEntries(offers.map(({ role, reference }) => [role, reference])), stored };
  }

  /** Rethrows, unless the generation needs another epoch: then the reconciler finds it with neither latents nor jobs. */
  async #fail(error: unknown, { request, timings }: LiveState, context: JobContext): Promise<void> {
    const { exchange, ports, logger } = this.#parts;
    const { epoch } = context.payload;
    exchange.release(request.id);
    if (error instanceof GenerationError && error.code === 'tensor_gone') {
      logger.warn({ err: error }, 'an embedding is gone from everywhere; the generation starts anew');
      return;
    }
    if (!isFinalFailure(error, context)) throw error;
    await commitGeneration(ports, request, epoch, { status: 'failed', error }, timings);
    throw error;
  }
}
