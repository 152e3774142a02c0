import {
  ENDED_STATUSES,
  GenerationError,
  clearLateTensors,
  commitGeneration,
  isFinalFailure,
  withDeadline,
  type CommitPorts,
  type JobContext,
  type LiveState,
  type TensorReference,
} from '@medley/domain';
import type { TensorExchange } from '@medley/latents';
import { withLogContext, type Logger } from '@medley/runtime';
import { conditionContent, type ConditionContent } from './condition-content.ts';
import type { ConditionEncoder, EncodedCondition } from './condition-encoder.ts';

/** Encodes one condition, or the negative prompt, of a generation. */
export class EncodeProcessor {
  readonly #encoder: ConditionEncoder;
  readonly #ports: CommitPorts;
  readonly #exchange: TensorExchange;
  readonly #logger: Logger;

  constructor(encoder: ConditionEncoder, ports: CommitPorts, exchange: TensorExchange, logger: Logger) {
    this.#encoder = encoder;
    this.#ports = ports;
    this.#exchange = exchange;
    this.#logger = logger;
  }

  /** A failure that no attempt can mend ends the generation. What was encoded once is not encoded again. */
  run(context: JobContext): Promise<void> {
    const { generation, epoch, role } = context.payload;
    return withLogContext({ generation, epoch, stage: 'encode', role }, () => this.#run(context));
  }

  async #run(context: JobContext): Promise<void> {
    const { generation, epoch, role } = context.payload;
    const state = await this.#ports.live.read(generation);
    if (state === undefined || state.epoch !== epoch || ENDED_STATUSES.has(state.status)) return;
    if (state.embeddings[role] !== undefined) return;
    const content = conditionContent(state, role);
    // Its ingest failed, and has ended the generation or will be looked at by the reconciler.
    if (content === undefined) return;
    const deadline = withDeadline(state, context.signal);
    try {
      await this.#encode(state, content, role, deadline.signal);
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
    role: number,
    signal: AbortSignal,
  ): Promise<void> {
    const begin = performance.now();
    const { live, events } = this.#ports;
    const [encoded] = await Promise.all([
      this.#encoder.encode(request, content, signal),
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
    await events.append(request.id, epoch, { type: 'stage', stage: 'encode', state: 'completed', role });
    this.#logger.info({ modality: content.type, seconds: (performance.now() - begin) / 1000 }, 'encoded');
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

function pointTo(error: unknown, pointer: string): unknown {
  if (!(error instanceof GenerationError) || error.pointer !== undefined || error.retryable) return error;
  if (error.code === 'deadline_exceeded') return error;
  return new GenerationError(error.code, error.message, { pointer, retryable: error.retryable, cause: error });
}
