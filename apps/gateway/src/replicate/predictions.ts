import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AssetStore } from '@medley/domain';
import type { GatewayEnvironment } from '../env.ts';
import type { AcceptGeneration } from '../generations/accept-generation.ts';
import { parseIdempotencyKey, waitSeconds } from '../generations/create-headers.ts';
import type { EndGeneration } from '../generations/end-generation.ts';
import type { GenerationReader, ListOptions } from '../generations/generation-reader.ts';
import type { GenerationSnapshot } from '../generations/generation-view.ts';
import type { GenerationWaiter } from '../generations/generation-waiter.ts';
import { renameFields } from '../http/field-names.ts';
import { linksOf } from '../http/links.ts';
import { signalOf } from '../http/request-signal.ts';
import type { Caller } from '../keys/gate.ts';
import type { CatalogEntry } from '../models/bundle-catalog.ts';
import { inlineFiles } from './inline-files.ts';
import type { PredictionBody } from './prediction-body.ts';
import { translatePrediction } from './prediction-submission.ts';
import { viewPrediction } from './prediction-view.ts';

interface PredictionParts {
  accept: AcceptGeneration;
  reader: GenerationReader;
  waiter: GenerationWaiter;
  end: EndGeneration;
  store: AssetStore;
  environment: GatewayEnvironment;
}

/** One request and its answer. */
export interface Exchange {
  caller: Caller;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Predictions of Replicate's API: generations under another name. */
export class Predictions {
  readonly #parts: PredictionParts;

  constructor(parts: PredictionParts) {
    this.#parts = parts;
  }

  /** 201 when it has ended within `Prefer: wait=N` or nobody waits; 202, and `starting`, when the wait runs out. */
  async create(body: PredictionBody, entry: CatalogEntry, { caller, request: http, reply }: Exchange): Promise<void> {
    const wait = waitSeconds(http.headers.prefer as string | undefined);
    const { request, created } = await this.#accept(body, entry, caller, http);
    if (wait > 0) await this.#parts.waiter.wait(request.id, wait, signalOf(reply));
    const snapshot = created && wait === 0 ? { request } : await this.#parts.reader.readAccepted({ request, created });
    const view = await this.#view(snapshot, http, snapshot.result === undefined ? 'starting' : undefined);
    if (wait > 0) void reply.header('preference-applied', `wait=${wait}`);
    await reply
      .status(wait > 0 && snapshot.result === undefined ? 202 : 201)
      .headers({ location: view.urls.get, 'cache-control': 'no-store' })
      .send(view);
  }

  async get(id: string, { caller, request }: Exchange) {
    return this.#view(await this.#parts.reader.read(id, caller.key.id), request);
  }

  /** The prediction as it ended: canceled, or whatever came first. */
  async cancel(id: string, { caller, request: http }: Exchange) {
    const { request } = await this.#parts.reader.read(id, caller.key.id);
    const result = await this.#parts.end.cancel(request);
    return this.#view({ request: result.request, result }, http);
  }

  /** A page of them, the newest first; files are links. */
  async list(options: ListOptions, { caller, request }: Exchange) {
    const { snapshots, cursor } = await this.#parts.reader.list(caller.key.id, options);
    const links = linksOf(request, this.#parts.environment);
    const next =
      cursor === undefined ? null : `${links.base}/replicate/v1/predictions?cursor=${encodeURIComponent(cursor)}`;
    return { previous: null, next, results: snapshots.map((snapshot) => viewPrediction(snapshot, links)) };
  }

  async #accept(body: PredictionBody, entry: CatalogEntry, caller: Caller, http: FastifyRequest) {
    const { base } = linksOf(http, this.#parts.environment);
    const origins = [new URL(base).origin, `${http.protocol}://${http.host}`];
    const { submission, names } = translatePrediction(body, entry, origins);
    const filter = body.webhook_events_filter ?? [];
    const beginOnly = filter.includes('start') && !filter.includes('logs');
    try {
      return await this.#parts.accept.accept(submission, {
        caller,
        idempotencyKey: parseIdempotencyKey(http.headers['idempotency-key'] as string | undefined),
        base,
        webhookForm: { form: 'prediction', ...(beginOnly ? { begin_only: true as const } : {}) },
      });
    } catch (error) {
      throw renameFields(error, names);
    }
  }

  async #view(snapshot: GenerationSnapshot, http: FastifyRequest, status?: 'starting') {
    const links = linksOf(http, this.#parts.environment);
    const files = await inlineFiles(this.#parts.store, snapshot.result, links.base);
    return viewPrediction(snapshot, links, { files, ...(status === undefined ? {} : { status }) });
  }
}
