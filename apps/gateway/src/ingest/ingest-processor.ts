import type { Readable } from 'node:stream';
import {
  ENDED_STATUSES,
  GenerationError,
  commitGeneration,
  isFinalFailure,
  objectKeys,
  pointTo,
  withDeadline,
  type AssetReference,
  type CommitPorts,
  type GenerationRequest,
  type JobContext,
  type LiveState,
} from '@medley/domain';
import type { StageRuns, TellFacts } from '@medley/runtime';
import { acceptsType } from '../assets/accepts-type.ts';
import type { AssetLibrary } from '../assets/asset-library.ts';
import { pinInput, readInput } from '../assets/generation-inputs.ts';

/** Fetches a client's URL; `receive` reads the file as it comes. */
export type FetchUrl = (
  url: string,
  signal: AbortSignal,
  receive: (file: { source: Readable; contentType: string }) => Promise<AssetReference>,
) => Promise<AssetReference>;
type UrlCondition = Extract<GenerationRequest['conditions'][number], { url: string }>;

/** Fetches the URL of one condition and stores it as an asset of the generation's owner; what was fetched once stays. */
export class IngestProcessor {
  readonly #fetch: FetchUrl;
  readonly #assets: AssetLibrary;
  readonly #ports: CommitPorts;
  readonly #stages: StageRuns;

  constructor(fetch: FetchUrl, assets: AssetLibrary, ports: CommitPorts, stages: StageRuns) {
    this.#fetch = fetch;
    this.#assets = assets;
    this.#ports = ports;
    this.#stages = stages;
  }

  /** A failure that no attempt can mend ends the generation. */
  async run(context: JobContext): Promise<void> {
    const begin = performance.now();
    const { state, payload } = context;
    const { epoch, role } = payload;
    if (state === undefined || state.epoch !== epoch || ENDED_STATUSES.has(state.status)) return;
    const condition = state.request.conditions[role];
    if (condition === undefined || !('url' in condition) || state.assets[role] !== undefined) return;
    const run = { stage: 'ingest', context, request: state.request, begin } as const;
    await this.#stages.run(run, (tell) => this.#run(state, condition, context, tell));
  }

  async #run(state: LiveState, condition: UrlCondition, context: JobContext, tell: TellFacts): Promise<void> {
    const { epoch, role } = context.payload;
    tell({ modality: condition.type });
    const deadline = withDeadline(state, context.signal);
    try {
      const { bytes } = await this.#ingest(state, condition, { ...context, signal: deadline.signal });
      tell({ bytes });
    } catch (error) {
      const failure = pointTo(error, `/conditions/${role}/url`);
      if (isFinalFailure(failure, context)) {
        await commitGeneration(this.#ports, state.request, epoch, { status: 'failed', error: failure }, state.timings);
      }
      throw failure;
    } finally {
      deadline.clear();
    }
  }

  async #ingest(state: LiveState, condition: UrlCondition, { payload, signal }: JobContext): Promise<AssetReference> {
    const { request, epoch } = state;
    const { store, live, events } = this.#ports;
    await live.update(request.id, epoch, { status: 'fetching', timings: { fetch_started: Date.now() } });
    await events.append(request.id, epoch, { type: 'fetching', condition: payload.role });
    const pinned = await readInput(store, objectKeys.input(request.id, payload.role), signal);
    const asset = pinned ?? (await this.#store(request, condition, payload.role, signal));
    await live.update(request.id, epoch, { assets: { [payload.role]: asset } });
    return asset;
  }

  async #store(
    request: GenerationRequest,
    { type, url }: UrlCondition,
    role: number,
    signal: AbortSignal,
  ): Promise<AssetReference> {
    const pointer = `/conditions/${role}/url`;
    const asset = await this.#fetch(url, signal, ({ source, contentType: declared }) =>
      this.#assets.addStream(request.owner, { source, declared, pointer }, signal),
    );
    if (!acceptsType(type, asset.content_type)) {
      throw new GenerationError(
        'media_type_mismatch',
        `conditions[${role}] is of type ${type}, the file at its url is ${asset.content_type}`,
      );
    }
    return pinInput(this.#ports.store, request, role, asset);
  }
}
