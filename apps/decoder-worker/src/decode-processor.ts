import {
  ENDED_STATUSES,
  GenerationError,
  commitGeneration,
  decodeRoles,
  isFinalFailure,
  together,
  withDeadline,
  type CommitPorts,
  type JobContext,
  type LiveState,
} from '@medley/domain';
import type { TensorExchange } from '@medley/latents';
import type { Logger, StageRuns, TellFacts } from '@medley/runtime';
import { toFloat32, type Tensor } from '@medley/tensor';
import type { AssembleProcessor } from './assemble-processor.ts';
import type { OutputRenderer } from './output-renderer.ts';
import type { OutputStore } from './output-store.ts';

export interface DecodeParts {
  renderer: OutputRenderer;
  outputs: OutputStore;
  assemble: AssembleProcessor;
  ports: CommitPorts;
  exchange: TensorExchange;
  stages: StageRuns;
  logger: Logger;
}

/** Makes the file of one output and sample from its latent. One that is alone is committed at once. */
export class DecodeProcessor {
  readonly #parts: DecodeParts;

  constructor(parts: DecodeParts) {
    this.#parts = parts;
  }

  /** A failure that no attempt can mend ends the generation. A file that was made once is not made again. */
  async run(context: JobContext): Promise<void> {
    const begin = performance.now();
    const { state, payload } = context;
    const { epoch, role } = payload;
    if (state === undefined || state.epoch !== epoch || ENDED_STATUSES.has(state.status)) return;
    if (state.outputs[role] !== undefined) return;
    const run = { stage: 'decode', context, request: state.request, begin } as const;
    await this.#parts.stages.run(run, (tell) => this.#run(state, context, tell));
  }

  async #run(state: LiveState, context: JobContext, tell: TellFacts): Promise<void> {
    const { ports, logger } = this.#parts;
    const { epoch } = state;
    const deadline = withDeadline(state, context.signal);
    try {
      await this.#decode(state, { ...context, signal: deadline.signal }, tell);
    } catch (error) {
      if (error instanceof GenerationError && error.code === 'tensor_gone') {
        // No waiting brings it back. Nothing is committed and nothing assembled: the reconciler raises the epoch.
        logger.warn({ err: error }, 'a latent is gone from everywhere; the generation starts anew');
        return;
      }
      if (!isFinalFailure(error, context)) throw error;
      await commitGeneration(ports, state.request, epoch, { status: 'failed', error }, state.timings);
      throw error;
    } finally {
      deadline.clear();
    }
  }

  async #decode(state: LiveState, context: JobContext, tell: TellFacts): Promise<void> {
    const { renderer, outputs } = this.#parts;
    const { live, events } = this.#parts.ports;
    const { request, epoch } = state;
    const { role } = context.payload;
    const { output, sample } = decodeRoles(request)[role]!;
    tell({ modality: output.type, format: output.format });
    const started = Date.now();
    const [latent] = await Promise.all([
      this.#fetch(state, context),
      live.update(request.id, epoch, { status: 'decoding', timings: { decode_started: started } }),
      events.append(request.id, epoch, { type: 'stage', stage: 'decode', state: 'started', role }),
    ]);
    const file = await renderer.render(state, output, sample, latent, context.signal);
    const record = await outputs.put(file, context);
    tell({ bytes: record.bytes });
    const timings = { decode_completed: Date.now() };
    if (!(await live.update(request.id, epoch, { outputs: { [role]: record }, timings }))) {
      // Another epoch began, or the generation was erased meanwhile.
      await outputs.remove(record);
      return;
    }
    const all = { decode_started: started, ...state.timings, ...timings };
    await together([
      events.append(request.id, epoch, { type: 'output', output: output.type, role: 'primary', sample }),
      events.append(request.id, epoch, { type: 'stage', stage: 'decode', state: 'completed', role }),
      decodeRoles(request).length === 1
        ? this.#assemble({ ...state, outputs: { ...state.outputs, [role]: record }, timings: all }, context)
        : undefined,
    ]);
  }

  /** Does what the `assemble` job would find to do: there is nothing to mux. What fails here is left to that job. */
  async #assemble(state: LiveState, context: JobContext): Promise<void> {
    const { assemble, logger } = this.#parts;
    try {
      await assemble.run({ ...context, state, lastAttempt: false });
    } catch (error) {
      context.signal.throwIfAborted();
      logger.warn({ err: error }, 'a lone file could not be committed; its assemble job will');
    }
  }

  async #fetch({ request, latents }: LiveState, { payload, signal }: JobContext): Promise<Tensor<'float32'>> {
    const reference = latents[payload.role];
    if (reference === undefined)
      throw new GenerationError('tensor_gone', `the live state names no latent for role ${payload.role}`);
    const tensor = await this.#parts.exchange.fetch(request.id, reference, signal);
    return toFloat32(tensor as Tensor<'float32'> | Tensor<'float16'>);
  }
}
