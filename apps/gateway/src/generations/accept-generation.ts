import { createHash, randomInt } from 'node:crypto';
import {
  GenerationError,
  commitGeneration,
  generationId,
  generationRequest,
  objectKeys,
  parseSubmission,
  readResult,
  resolveSettings,
  type CommitPorts,
  type Condition,
  type GenerationRequest,
  type ResolvedSettings,
  type Submission,
} from '@medley/domain';
import type { AssetLibrary } from '../assets/asset-library.ts';
import { decodeDataUri } from '../assets/data-uri.ts';
import type { BundleCatalog } from '../models/bundle-catalog.ts';

export interface AcceptOptions {
  owner: string;
  idempotencyKey?: string | undefined;
}

/** Turns a request body into an accepted generation: once its object stands in S3 it can't be lost. */
export class AcceptGeneration {
  readonly #ports: CommitPorts;
  readonly #assets: AssetLibrary;
  readonly #catalog: BundleCatalog;
  readonly #secret: string;
  readonly #report: (error: unknown, generation: string) => void;

  constructor(
    ports: CommitPorts,
    assets: AssetLibrary,
    catalog: BundleCatalog,
    options: { secret: string; report: (error: unknown, generation: string) => void },
  ) {
    this.#ports = ports;
    this.#assets = assets;
    this.#catalog = catalog;
    this.#secret = options.secret;
    this.#report = options.report;
  }

  /** `created` is false when the Idempotency-Key named a generation that exists. Throws GenerationError for everything that is wrong with the body. */
  async accept(body: unknown, options: AcceptOptions): Promise<{ request: GenerationRequest; created: boolean }> {
    const submission = parseSubmission(body);
    const bundle = this.#catalog.find(submission.model);
    const settings = resolveSettings(submission, bundle.manifest);
    const { owner, idempotencyKey } = options;
    const id = generationId(
      idempotencyKey === undefined ? undefined : { secret: this.#secret, owner, key: idempotencyKey },
    );
    const request: GenerationRequest = {
      v: 1,
      id,
      owner,
      created_at: new Date().toISOString(),
      bundle: { name: bundle.name, digest: bundle.digest },
      conditions: await this.#storeConditions(submission, owner),
      ...(submission.negative === undefined ? {} : { negative: submission.negative }),
      outputs: settings.outputs,
      steps: settings.steps,
      sampler: settings.sampler,
      samples: submission.samples,
      seed: submission.seed ?? randomInt(2 ** 47),
      determinism: submission.determinism,
      priority: submission.priority,
      ...(submission.deadline_seconds === undefined ? {} : { deadline_seconds: submission.deadline_seconds }),
      metadata: submission.metadata,
      ...(idempotencyKey === undefined
        ? {}
        : { fingerprint: createHash('sha256').update(JSON.stringify(body)).digest('hex') }),
    };
    // Redis is asked before the put: when it is away nothing is accepted.
    const priority = await this.#ports.live.nextPriority(owner, costOf(request, settings), request.priority);
    const put = await this.#ports.store.put(objectKeys.open(id), Buffer.from(JSON.stringify(request)), {
      contentType: 'application/json',
      ifNoneMatch: '*',
    });
    if (put.outcome === 'exists') return { request: await this.#standing(id, request), created: false };
    if (idempotencyKey !== undefined) {
      const ended = await readResult(this.#ports.store, id);
      if (ended !== undefined) {
        await this.#ports.store.delete([objectKeys.open(id)]);
        return { request: sameBody(ended.request, request), created: false };
      }
    }
    await this.#start(request, priority);
    return { request, created: true };
  }

  /** From here on the generation is accepted: an error is logged and left to the reconciler. */
  async #start(request: GenerationRequest, priority: number): Promise<void> {
    const { live, events, queue } = this.#ports;
    try {
      await live.create(request, 1);
      await Promise.all([
        live.update(request.id, 1, { priority }),
        events.append(request.id, 1, { type: 'accepted', created_at: request.created_at }),
        queue.addEncodeFlow(request, 1, priority),
      ]);
    } catch (error) {
      this.#report(error, request.id);
    }
  }

  async #standing(id: string, request: GenerationRequest): Promise<GenerationRequest> {
    const open = await this.#ports.store.get(objectKeys.open(id));
    const standing =
      open === undefined
        ? (await readResult(this.#ports.store, id))?.request
        : generationRequest.parse(JSON.parse(Buffer.from(open.body).toString('utf8')));
    if (standing === undefined)
      throw new GenerationError('conflict', 'a request with this Idempotency-Key is being accepted; try again');
    return sameBody(standing, request);
  }

  async #storeConditions(submission: Submission, owner: string): Promise<Condition[]> {
    return Promise.all(
      submission.conditions.map(async (condition, index): Promise<Condition> => {
        if (condition.type === 'text') return condition;
        const { type, weight } = condition;
        if (condition.url !== undefined) return { type, url: condition.url, weight };
        const field = condition.asset === undefined ? 'data' : 'asset';
        const pointer = `/conditions/${index}/${field}`;
        const asset =
          condition.asset === undefined
            ? await this.#assets.add(owner, ...decodeDataUri(condition.data!, pointer), pointer)
            : (await this.#assets.find(owner, condition.asset))?.reference;
        if (asset === undefined) {
          throw new GenerationError(
            'asset_not_found',
            `conditions[${index}].asset is "${condition.asset}"; there is no such asset of this key`,
            { pointer },
          );
        }
        if (!acceptsType(type, asset.content_type)) {
          throw new GenerationError(
            'media_type_mismatch',
            `conditions[${index}] is of type ${type}, its file is ${asset.content_type}`,
            { pointer },
          );
        }
        return { type, asset, weight };
      }),
    );
  }

  /** Ends a generation as canceled, unless it has ended. */
  async cancel(request: GenerationRequest): Promise<void> {
    const state = await this.#ports.live.read(request.id);
    await commitGeneration(this.#ports, request, state?.epoch ?? 1, { status: 'canceled' }, state?.timings ?? {});
    await this.#ports.live.requestCancel(request.id);
  }
}

/** Whether a file of that content type can condition as `type`: a clip's sound may be used as audio. */
function acceptsType(type: 'image' | 'audio' | 'video', contentType: string): boolean {
  const family = contentType.split('/')[0];
  return (
    family === type || (type === 'audio' && family === 'video') || (type === 'video' && contentType === 'image/gif')
  );
}

function sameBody(standing: GenerationRequest, request: GenerationRequest): GenerationRequest {
  if (standing.fingerprint === request.fingerprint && standing.owner === request.owner) return standing;
  throw new GenerationError(
    'idempotency_mismatch',
    `this Idempotency-Key was used with another body, for ${standing.id}`,
  );
}

/** Relative cost for fair queueing: denoiser rows. */
function costOf(request: GenerationRequest, settings: ResolvedSettings): number {
  return settings.steps * request.samples * settings.outputs.length;
}
