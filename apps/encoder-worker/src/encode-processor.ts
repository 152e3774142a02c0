import {
  ENDED_STATUSES,
  clearLateTensors,
  commitGeneration,
  isFinalFailure,
  pointTo,
  withDeadline,
  type CommitPorts,
  type JobContext,
  type LiveState,
  type TensorReference,
} from '@medley/domain';
import type { TensorExchange } from '@medley/latents';
import type { Logger, StageRuns, TellFacts } from '@medley/runtime';
import { conditionContent, type ConditionContent } from './condition-content.ts';
import type { ConditionEncoder, EncodedCondition } from './condition-encoder.ts';

export interface EncodeParts {
  encoder: ConditionEncoder;
  ports: CommitPorts;
  exchange: TensorExchange;
  stages: StageRuns;
  logger: Logger;
}

/** Encodes one condition, or the negative prompt, of a generation. */
export class EncodeProcessor {
  readonly #encoder: ConditionEncoder;
  readonly #ports: CommitPorts;
  readonly #exchange: TensorExchange;
  readonly #stages: StageRuns;
  readonly #logger: Logger;

  constructor({ encoder, ports, exchange, stages, logger }: EncodeParts) {
    this.#encoder = encoder;
    this.#ports = ports;
    this.#exchange = exchange;
    this.#stages = stages;
    this.#logger = logger;
  }

  /** A failure that no attempt can mend ends the generation. What was encoded once is not encoded again. */
  async run(context: JobContext): Promise<void> {
    const begin = performance.now();
    const { state, payload } = context;
    const { epoch, role } = payload;
    if (state === undefined || state.epoch !== epoch) return;
    if (ENDED_STATUSES.has(state.status)) {
      // An earlier execution may have stored its embedding and not come as far as to see that.
      await clearLateTensors(this.#ports, state.request.id);
      return;
    }
    if (state.embeddings[role] !== undefined) return;
    const content = conditionContent(state, role);
    // Its ingest failed, and has ended the generation or will be looked at by the reconciler.
    if (content === undefined) return;
    const run = { stage: 'encode', context, request: state.request, begin } as const;
    await this.#stages.run(run, (tell) => this.#run(state, content, context, tell));
  }

  async #run(state: LiveState, content: ConditionContent, context: JobContext, tell: TellFacts): Promise<void> {
    const { generation, epoch, role } = context.payload;
    tell({ modality: content.type });
    const deadline = withDeadline(state, context.signal);
    try {
      await this.#encode(state, content, { role, signal: deadline.signal, tell });
    } catch (error) {
      const failure = pointTo(error, content.pointer);
      this.#exchange.release(generation);
      if (isFinalFailure(failure, context))
        await commitGeneration(this.#ports, state.request, epoch, { status: 'failed', error: failure }, state.timings);
      throw failure;
    } finally {
      deadline.clear();
    }
  }

  async #encode(
    { request, epoch }: LiveState,
    content: ConditionContent,
    { role, signal, tell }: { role: number; signal: AbortSignal; tell: TellFacts },
  ): Promise<void> {
    const { live, events } = this.#ports;
    const [encoded] = await Promise.all([
      this.#encoder.encode(request, content, signal, tell),
      live.update(request.id, epoch, { status: 'encoding', timings: { encode_started: Date.now() } }),
      events.append(request.id, epoch, { type: 'stage', stage: 'encode', state: 'started', role }),
    ]);
    const reference = await this.#publish(request.id, encoded, signal);
    const timings = { encode_completed: Date.now() };
    if (!(await live.update(request.id, epoch, { embeddings: { [role]: reference }, timings }))) {
      this.#exchange.release(request.id);
      await clearLateTensors(this.#ports, request.id);
      return;
    }
    // Not waited for: diffusion begins when this job has ended, and a retry would tell it no more.
    events
      .append(request.id, epoch, { type: 'stage', stage: 'encode', state: 'completed', role })
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'progress could not be told'));
  }

  /** While the cache takes it too. The execution ends with both: it stores nothing later. */
  async #publish(
    generation: string,
    { embedding, kept }: EncodedCondition,
    signal: AbortSignal,
  ): Promise<TensorReference> {
    try {
      return await this.#exchange.publish(generation, embedding, signal);
    } finally {
      await kept;
    }
  }
}
