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
import { withLogContext, type Logger } from '@medley/runtime';
import { row, type Tensor } from '@medley/tensor';
import type { RunReporter } from './run-reporter.ts';
import { buildRunSpec } from './run-spec.ts';
import type { ServedBundle } from './served-bundle.ts';

/** Final latents [samples, ...] by output. */
type Latents = ReadonlyMap<Modality, Tensor<'float32'>>;

/** Takes a generation from its embeddings to its latents, and adds the flow that decodes them. */
export class DiffuseProcessor {
  readonly #served: ServedBundle;
  readonly #ports: CommitPorts;
  readonly #exchange: TensorExchange;
  readonly #reporter: RunReporter;
  readonly #logger: Logger;

  constructor(
    served: ServedBundle,
    ports: CommitPorts,
    exchange: TensorExchange,
    reporter: RunReporter,
    logger: Logger,
  ) {
    this.#served = served;
    this.#ports = ports;
    this.#exchange = exchange;
    this.#reporter = reporter;
    this.#logger = logger;
  }

  /** A failure that no attempt can mend ends the generation. */
  run(context: JobContext): Promise<void> {
    const { generation, epoch } = context.payload;
    return withLogContext({ generation, epoch, stage: 'diffuse' }, () => this.#run(context));
  }

  async #run(context: JobContext): Promise<void> {
    const { generation, epoch } = context.payload;
    const state = await this.#ports.live.read(generation);
    if (state === undefined || state.epoch !== epoch || ENDED_STATUSES.has(state.status)) return;
    const deadline = withDeadline(state, context.signal);
    try {
      await this.#diffuse(state, deadline.signal);
    } catch (error) {
      await this.#fail(error, state, context);
    } finally {
      deadline.clear();
    }
  }

  async #diffuse(state: LiveState, signal: AbortSignal): Promise<void> {
    const { request, epoch } = state;
    const { live, events, queue } = this.#ports;
    // An earlier execution may have come as far as that.
    const stored = decodeRoles(request).every(({ role }) => state.latents[role] !== undefined);
    if (!stored) {
      const latents = await this.#denoise(state, signal);
      const references = await this.#publish(state, latents, signal);
      const timings = { diffuse_completed: Date.now() };
      if (!(await live.update(request.id, epoch, { latents: references, timings }))) {
        this.#exchange.release(request.id);
        await clearLateTensors(this.#ports, request.id);
        return;
      }
    }
    signal.throwIfAborted();
    await queue.addDecodeFlow(request, epoch, state.priority);
    await events.append(request.id, epoch, { type: 'stage', stage: 'diffuse', state: 'completed', role: 0 });
  }

  async #denoise(state: LiveState, signal: AbortSignal): Promise<Latents> {
    const begin = performance.now();
    const { request } = state;
    const [spec] = await Promise.all([
      buildRunSpec(state, this.#served, this.#exchange, signal),
      this.#reporter.begin(state),
    ]);
    signal.throwIfAborted();
    const handle = this.#served.engine.admit(spec, { signal });
    await this.#reporter.follow(state, handle.events, signal);
    const latents = await handle.result;
    const seconds = (performance.now() - begin) / 1000;
    this.#logger.info({ seconds, steps: request.steps, outputs: [...latents.keys()] }, 'diffused');
    return latents;
  }

  /** One tensor for each output and sample, so that each decoder fetches its own. */
  async #publish(
    { request }: LiveState,
    latents: Latents,
    signal: AbortSignal,
  ): Promise<Record<string, TensorReference>> {
    const entries = decodeRoles(request).map(async ({ role, output, sample }) => {
      const latent = row(latents.get(output.type)!, sample);
      return [role, await this.#exchange.publish(request.id, latent, signal)] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Rethrows, unless the generation needs another epoch: then the reconciler finds it with neither latents nor jobs. */
  async #fail(error: unknown, { request, timings }: LiveState, context: JobContext): Promise<void> {
    const { epoch } = context.payload;
    this.#exchange.release(request.id);
    if (error instanceof GenerationError && error.code === 'tensor_gone') {
      this.#logger.warn({ err: error }, 'an embedding is gone from everywhere; the generation starts anew');
      return;
    }
    if (!isFinalFailure(error, context)) throw error;
    await commitGeneration(this.#ports, request, epoch, { status: 'failed', error }, timings);
    throw error;
  }
}
