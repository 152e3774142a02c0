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
  type OutputRecord,
} from '@medley/domain';
import type { TensorExchange } from '@medley/latents';
import type { Logger, StageRuns, TellFacts } from '@medley/runtime';
import type { DecoderMetrics } from './decoder-metrics.ts';
import type { OutputStore } from './output-store.ts';
import type { SampleMuxer } from './sample-muxer.ts';

/** Telling other workers to let go what they hold is a hint. */
const RELEASE_MILLISECONDS = 1_000;

export interface AssembleParts {
  muxer: SampleMuxer;
  outputs: OutputStore;
  ports: CommitPorts;
  exchange: TensorExchange;
  metrics: DecoderMetrics;
  stages: StageRuns;
  logger: Logger;
}

/** Gathers the files of a generation, muxes sound with pictures, and commits. */
export class AssembleProcessor {
  readonly #parts: AssembleParts;

  constructor(parts: AssembleParts) {
    this.#parts = parts;
  }

  async run(context: JobContext): Promise<void> {
    const begin = performance.now();
    const { state, payload } = context;
    const { epoch } = payload;
    if (state === undefined || state.epoch !== epoch || ENDED_STATUSES.has(state.status)) return;
    const run = { stage: 'assemble', context, request: state.request, begin } as const;
    await this.#parts.stages.run(run, (tell) => this.#run(state, context, tell));
  }

  async #run(state: LiveState, context: JobContext, tell: TellFacts): Promise<void> {
    const { ports, logger } = this.#parts;
    const { epoch } = state;
    const primary = decodeRoles(state.request).flatMap(({ role }) => state.outputs[role] ?? []);
    if (primary.length < decodeRoles(state.request).length) {
      // A decoder gave up without a commit: the reconciler decides between failure and another epoch.
      logger.warn({ outputs: primary.length }, 'files are missing; nothing is committed');
      return;
    }
    const deadline = withDeadline(state, context.signal);
    try {
      await this.#assemble(state, primary, { ...context, signal: deadline.signal }, tell);
    } catch (error) {
      if (isFinalFailure(error, context))
        await commitGeneration(ports, state.request, epoch, { status: 'failed', error }, state.timings);
      throw error;
    } finally {
      deadline.clear();
    }
  }

  async #assemble(state: LiveState, primary: OutputRecord[], context: JobContext, facts: TellFacts): Promise<void> {
    const { ports } = this.#parts;
    const { request, epoch } = state;
    const begin = Date.now();
    const tell = (moment: 'started' | 'completed') =>
      ports.events.append(request.id, epoch, { type: 'stage', stage: 'assemble', state: moment, role: 0 });
    const finish = async () => {
      const outputs = [...primary, ...(await this.#muxAll(state, primary, context))];
      context.signal.throwIfAborted();
      const timings = { ...state.timings, assemble_started: begin, assemble_completed: Date.now() };
      const ending = { status: 'succeeded', outputs } as const;
      return (await together([tell('completed'), commitGeneration(ports, request, epoch, ending, timings)]))[1];
    };
    const [, { won, result }] = await together([tell('started'), finish()]);
    const total = (Date.now() - Date.parse(request.created_at)) / 1000;
    facts({ won, status: result.status, outputs: result.outputs.length, total_seconds: total });
    await this.#release(state);
  }

  async #muxAll(state: LiveState, primary: readonly OutputRecord[], context: JobContext): Promise<OutputRecord[]> {
    const muxed: OutputRecord[] = [];
    for (let sample = 0; sample < state.request.samples; sample += 1)
      muxed.push(...(await this.#mux(state, primary, sample, context)));
    return muxed;
  }

  /** The muxed file of a sample, where sound and pictures were asked for. A failure that no attempt can mend costs this file only. */
  async #mux(
    state: LiveState,
    primary: readonly OutputRecord[],
    sample: number,
    context: JobContext,
  ): Promise<OutputRecord[]> {
    const { muxer, outputs, ports, metrics, logger } = this.#parts;
    const { request, epoch } = state;
    const find = (type: OutputRecord['type']) =>
      primary.find((record) => record.type === type && record.sample === sample);
    const [video, audio] = [find('video'), find('audio')];
    if (video === undefined || audio === undefined) return [];
    const earlier = state.outputs[`muxed-${sample}`];
    if (earlier !== undefined) return [earlier];
    let record: OutputRecord;
    try {
      record = await outputs.put(await muxer.mux(state, video, audio, context.signal), context);
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof GenerationError && error.retryable && !context.lastAttempt) throw error;
      metrics.muxFailures.inc();
      logger.error({ err: error, sample }, 'the clip could not be muxed with its sound; both stay as they are');
      return [];
    }
    if (!(await ports.live.update(request.id, epoch, { outputs: { [`muxed-${sample}`]: record } }))) {
      await outputs.remove(record);
      throw new GenerationError('worker_unavailable', 'another epoch began, or the generation was erased');
    }
    metrics.fileBytes.observe({ format: 'muxed' }, record.bytes);
    await ports.events.append(request.id, epoch, { type: 'output', output: 'video', role: 'muxed', sample });
    return [record];
  }

  async #release({ request, embeddings, latents }: LiveState): Promise<void> {
    const references = [...Object.values(embeddings), ...Object.values(latents)];
    const signal = AbortSignal.timeout(RELEASE_MILLISECONDS);
    await this.#parts.exchange.releaseEverywhere(request.id, references, signal);
  }
}
