import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  GenerationError,
  estimatePools,
  generationId,
  inSpan,
  objectKeys,
  parseSubmission,
  readResult,
  resolveSettings,
  type AssetStore,
  type CommitPorts,
  type GenerationRequest,
  type PoolSeconds,
  type Span,
  type Submission,
  type Tracing,
  type WebhookForm,
} from '@medley/domain';
import {
  acceptedAssets,
  checkHeld,
  eraseUnused,
  holdAssets,
  removeMarks,
  unholdAssets,
} from '../assets/generation-inputs.ts';
import { accountOf, guestEnd } from '../keys/api-key.ts';
import { noWebhooks, type Caller } from '../keys/gate.ts';
import type { BundleCatalog } from '../models/bundle-catalog.ts';
import type { MeasuredCosts } from '../models/measured-costs.ts';
import type { Subscriptions } from '../webhooks/subscriptions.ts';
import { acceptConditions, type AssetSources } from './accepted-inputs.ts';
import { findRequest } from './find-request.ts';
import { fingerprint } from './fingerprint.ts';
import { fairCost } from './fair-cost.ts';
import type { GenerationPlaces } from './generation-places.ts';

export interface AcceptOptions {
  caller: Caller;
  idempotencyKey?: string | undefined;
  /** Where the links begin of what webhooks are told. */
  base: string;
  /** How the `webhook` of the body is told; as a message of this service by default. */
  webhookForm?: WebhookForm | undefined;
}

interface Acceptance {
  request: GenerationRequest;
  created: boolean;
}

/** What the acceptance tells of: counts for metrics, words for the log. */
interface AcceptObserver {
  accepted(request: GenerationRequest): void;
  /** The generation is accepted but could not be queued now; the reconciler will. */
  notQueued(request: GenerationRequest, error: unknown): void;
}

interface AcceptParts {
  ports: CommitPorts;
  sources: AssetSources;
  catalog: BundleCatalog;
  places: GenerationPlaces;
  costs: MeasuredCosts;
  subscriptions: Subscriptions;
  secret: string;
  tracing: Tracing;
  observer: AcceptObserver;
}

/** Turns a request body into an accepted generation: once its object stands in S3 it can't be lost. */
export class AcceptGeneration {
  readonly #parts: AcceptParts;

  constructor(parts: AcceptParts) {
    this.#parts = parts;
  }

  /**
   * `created` is false when the Idempotency-Key named a generation that exists. Throws GenerationError for everything
   * that is wrong with the body.
   */
  accept(body: unknown, options: AcceptOptions): Promise<Acceptance> {
    return inSpan(this.#parts.tracing, 'accept', {}, (span) => this.#accept(body, options, span));
  }

  async #accept(body: unknown, options: AcceptOptions, span: Span): Promise<Acceptance> {
    const { ports, places, observer } = this.#parts;
    const { key, limits } = options.caller;
    const owner = key.id;
    const submission = parseSubmission(body);
    if (key.guest === true) refuseCalls(submission);
    const print = options.idempotencyKey === undefined ? undefined : fingerprint(body);
    const former = await this.#replayed(print, options);
    if (former !== undefined) return { request: former, created: false };
    const resolved = await this.#resolve(submission, print, options);
    span.set({ 'medley.generation.id': resolved.id, 'medley.bundle': resolved.bundle.name });
    // Redis is asked before anything is put: when it is away nothing is accepted, and what has no place stores nothing.
    const place = await places.take(accountOf(key), resolved.id, limits.generations_in_flight);
    const stored: string[] = [];
    let created = false;
    try {
      const { sources } = this.#parts;
      const conditions = await acceptConditions(submission, owner, sources, (id) => stored.push(id));
      const request: GenerationRequest = { ...resolved, conditions };
      const work = await this.#estimate(request);
      const turn = await ports.live.nextTurn(owner, fairCost(allOf(work)), request.priority);
      if (key.guest === true) await markGuests(ports.store, guestEnd(key), request);
      const standing = await this.#put(request, namedAssets(submission));
      if (standing !== undefined) return { request: standing, created };
      created = true;
      observer.accepted(request);
      await this.#start(request, turn, work);
      return { request, created };
    } catch (error) {
      // What can't be erased now is an asset of the key like others.
      await eraseUnused(ports.store, owner, stored).catch(() => undefined);
      throw error;
    } finally {
      if (!created) await this.#giveBack(place, resolved.id, options);
    }
  }

  /** Unless another request with the same Idempotency-Key was accepted meanwhile: then it is that one's place. */
  async #giveBack(place: { give: () => Promise<void> }, id: string, { idempotencyKey }: AcceptOptions): Promise<void> {
    const { store } = this.#parts.ports;
    const key = objectKeys.open(id);
    const open = idempotencyKey === undefined ? undefined : await store.head(key).catch(() => undefined);
    if (open === undefined) await place.give();
  }

  /** What the Idempotency-Key names already takes no place and stores nothing. */
  async #replayed(print: string | undefined, { caller, idempotencyKey: key }: AcceptOptions) {
    if (key === undefined) return undefined;
    const standing = await this.#find(generationId({ secret: this.#parts.secret, owner: caller.key.id, key }));
    return standing === undefined ? undefined : sameBody(standing, print);
  }

  /** The one put that accepts it; the answer is the generation that was there before, if there was one. */
  async #put(request: GenerationRequest, named: ReadonlySet<string>): Promise<GenerationRequest | undefined> {
    const { store } = this.#parts.ports;
    const stored = JSON.stringify(request);
    const put = await this.#hold(request, stored).catch(async (error: unknown) => {
      // The answer may have got lost. Where nobody can say what stands, the marks stay: it may be accepted.
      const standing = await this.#find(request.id).catch(() => 'unknown' as const);
      if (standing === undefined) await removeMarks(store, request).catch(() => undefined);
      if (standing === undefined || standing === 'unknown') throw error;
      return { outcome: 'exists' } as const;
    });
    if (put.outcome === 'exists') {
      const standing = await this.#standing(request);
      // A put that was sent again after its answer got lost meets itself.
      if (isDeepStrictEqual(standing, JSON.parse(stored))) return undefined;
      await unholdAssets(store, request, { standing, named });
      return sameBody(standing, request.fingerprint);
    }
    const ended = request.fingerprint === undefined ? undefined : await readResult(store, request.id);
    if (ended === undefined) return undefined;
    await store.delete([objectKeys.open(request.id)]);
    await unholdAssets(store, request, { standing: ended.request, named });
    return sameBody(ended.request, request.fingerprint);
  }

  /** Marks what it uses, then puts it. Throws GenerationError where some of that was erased before it was marked. */
  async #hold(request: GenerationRequest, stored: string) {
    const { store } = this.#parts.ports;
    await holdAssets(store, request, acceptedAssets(request));
    await checkHeld(store, request);
    const options = { contentType: 'application/json', ifNoneMatch: '*' } as const;
    return store.put(objectKeys.open(request.id), Buffer.from(stored), options);
  }

  /** All of the request but what its conditions store. */
  async #resolve(submission: Submission, print: string | undefined, options: AcceptOptions) {
    const { idempotencyKey, base, webhookForm: form } = options;
    const owner = options.caller.key.id;
    const bundle = this.#parts.catalog.find(submission.model);
    const settings = resolveSettings(submission, bundle.manifest);
    const idempotency =
      idempotencyKey === undefined ? undefined : { secret: this.#parts.secret, owner, key: idempotencyKey };
    const { negative, deadline_seconds: deadline } = submission;
    const webhooks = await this.#parts.subscriptions.pin(owner, submission.webhook, base, form);
    const { traceparent } = this.#parts.tracing.current();
    return {
      v: 1 as const,
      id: generationId(idempotency),
      owner,
      created_at: new Date().toISOString(),
      bundle: { name: bundle.name, digest: bundle.digest },
      ...(negative === undefined ? {} : { negative }),
      outputs: settings.outputs,
      steps: settings.steps,
      sampler: settings.sampler,
      samples: submission.samples,
      seed: submission.seed ?? randomInt(2 ** 47),
      determinism: submission.determinism,
      priority: submission.priority,
      ...(deadline === undefined ? {} : { deadline_seconds: deadline }),
      metadata: submission.metadata,
      ...(webhooks === undefined ? {} : { webhooks }),
      ...(print === undefined ? {} : { fingerprint: print }),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
  }

  async #estimate(request: GenerationRequest): Promise<PoolSeconds> {
    const { catalog, costs } = this.#parts;
    return estimatePools(request, catalog.pinned(request.bundle)!.manifest, await costs.of(request.bundle));
  }

  /** From here on the generation is accepted: an error is reported and left to the reconciler. */
  async #start(request: GenerationRequest, turn: number, work: PoolSeconds): Promise<void> {
    const { live, events, queue } = this.#parts.ports;
    try {
      await live.create(request, 1, { turn, work: allOf(work), accepted: work });
      await events.append(request.id, 1, { type: 'accepted', created_at: request.created_at });
      await queue.addEncodeFlow(request, 1, turn);
    } catch (error) {
      this.#parts.observer.notQueued(request, error);
    }
  }

  /** The generation that the Idempotency-Key names already. */
  async #standing({ id }: GenerationRequest): Promise<GenerationRequest> {
    const standing = await this.#find(id);
    if (standing === undefined)
      throw new GenerationError('conflict', 'a request with this Idempotency-Key is being accepted; try again');
    return standing;
  }

  #find(id: string): Promise<GenerationRequest | undefined> {
    return findRequest(this.#parts.ports.store, id);
  }
}

const allOf = ({ encode, diffuse, decode }: PoolSeconds) => encode + diffuse + decode;

/** Nobody is to have this service call others without a key. */
function refuseCalls({ conditions, webhook }: Submission): void {
  if (webhook !== undefined) throw noWebhooks('/webhook');
  const index = conditions.findIndex((condition) => 'url' in condition && condition.url !== undefined);
  if (index === -1) return;
  const words = `conditions[${index}].url is a URL; for guests nothing is fetched: send the file, or an API key of this service`;
  throw new GenerationError('forbidden', words, { pointer: `/conditions/${index}/url` });
}

/** So that it is found when the guest ends. A mark of nothing does no harm. */
async function markGuests(store: AssetStore, end: number, { id, owner }: GenerationRequest): Promise<void> {
  await store.put(objectKeys.guestGeneration(end, owner, id), Buffer.alloc(0), { contentType: 'application/x-empty' });
}

function namedAssets({ conditions }: Submission): ReadonlySet<string> {
  return new Set(
    conditions.flatMap((condition) => ('asset' in condition && condition.asset !== undefined ? [condition.asset] : [])),
  );
}

/** A deleted generation keeps no fingerprint: whatever the body, it is gone. */
function sameBody(standing: GenerationRequest, print: string | undefined): GenerationRequest {
  if (standing.fingerprint === undefined || standing.fingerprint === print) return standing;
  throw new GenerationError(
    'idempotency_mismatch',
    `this Idempotency-Key was used with another body, for ${standing.id}`,
  );
}
