import {
  ENDED_STATUSES,
  notifyTask,
  objectKeys,
  readResult,
  type AssetStore,
  type GenerationRequest,
  type GenerationResult,
  type JobContext,
  type LiveStore,
  type WebhookSubscription,
} from '@medley/domain';
import { Postponed, type RedisRecords } from '@medley/queue';
import type { StageRuns } from '@medley/runtime';
import type { LinkContext } from '../generations/generation-view.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { DEFAULT_ENDPOINT } from './endpoint-record.ts';
import type { Deliveries } from './deliveries.ts';
import type { DeliveryRecord } from './delivery-record.ts';
import { messageId } from './message-id.ts';
import { nextVersion } from './next-version.ts';
import type { Stored } from './stored-json.ts';
import { webhookBody } from './webhook-body.ts';
import type { WebhookEndpoints } from './webhook-endpoints.ts';
import type { SentWebhook, WebhookMessage, WebhookSender, WebhookTarget } from './webhook-sender.ts';

/** Timers are early by a moment at times. */
const DUE_MILLISECONDS = 20;
/** For which it is known that a webhook was told of a begin. */
const BEGIN_SECONDS = 7 * 86_400;

export interface NotifyParts {
  store: AssetStore;
  live: LiveStore;
  keys: KeyStore;
  endpoints: WebhookEndpoints;
  deliveries: Deliveries;
  sender: WebhookSender;
  stages: StageRuns;
  /** The begins that were told to those who want to know nothing else of the progress. */
  begins: RedisRecords;
  /** Told once of every delivery that is delivered or given up. */
  settled: (status: 'delivered' | 'dead') => void;
  /** `base`: what the request named, unless the deployment has a public URL. */
  linksOf: (base: string) => LinkContext;
}

/** Tells one subscription of one generation: its end, until that is delivered or dead, or its progress, once. */
export class NotifyProcessor {
  readonly #parts: NotifyParts;

  constructor(parts: NotifyParts) {
    this.#parts = parts;
  }

  /** Throws Postponed until the next try. */
  async run(context: JobContext): Promise<void> {
    const { generation, epoch, role } = context.payload;
    const { store } = this.#parts;
    const result = await readResult(store, generation, context.signal);
    if (result === undefined) return this.#tellProgress(context);
    const task = result.status === 'deleted' ? undefined : notifyTask(result.request, role);
    if (task?.tells === 'end') await this.#tellEnd(result, task.subscription, context);
    else if (task === undefined) await store.delete([objectKeys.notification(generation, epoch, role)]);
  }

  /** Goes on until the delivery is not pending: what another changed meanwhile is read again. */
  async #tellEnd(result: GenerationResult, subscription: WebhookSubscription, context: JobContext): Promise<void> {
    const { role } = context.payload;
    const { deliveries, settled } = this.#parts;
    const owed = objectKeys.notification(result.id, result.epoch, role);
    for (;;) {
      const stored = await deliveries.open(result, role, subscription);
      if (stored?.value.status === 'pending') {
        const next = await this.#try(stored.value, result, subscription, context);
        if (!(await deliveries.replace(stored, next))) continue;
        if (next.status === 'pending') throw new Postponed(untilDue(next));
        settled(next.status);
      }
      if (await this.#settle(owed, result.id, role)) return;
    }
  }

  /** Takes the mark away; false, and the mark stands again, when the delivery is to be sent again meanwhile. */
  async #settle(owed: string, generation: string, role: number): Promise<boolean> {
    const { store, deliveries } = this.#parts;
    await store.delete([owed]);
    const stored: Stored<DeliveryRecord> | undefined = await deliveries.read(generation, role);
    if (stored?.value.status !== 'pending') return true;
    await store.put(owed, Buffer.alloc(0), { contentType: 'application/x-empty' });
    return false;
  }

  /** The version of the delivery after one try. Throws Postponed when it is not due, or there is no place for it. */
  async #try(
    record: DeliveryRecord,
    result: GenerationResult,
    subscription: WebhookSubscription,
    context: JobContext,
  ): Promise<DeliveryRecord> {
    if (untilDue(record) > DUE_MILLISECONDS) throw new Postponed(untilDue(record));
    const target = await this.#target(result.request.owner, subscription);
    if ('reason' in target) return { ...record, status: 'dead', reason: target.reason };
    const { request } = result;
    const links = this.#parts.linksOf(request.webhooks!.base);
    const occasion = { type: record.event, timestamp: result.committed_at, subscription };
    const body = webhookBody(occasion, { request, result }, links);
    const sent = await this.#send({ id: record.webhook_id, body }, target, request, context);
    return nextVersion(record, sent, Math.random());
  }

  /** One attempt; whoever answers that it is gone is not asked again. */
  async #send(
    message: WebhookMessage,
    target: WebhookTarget,
    request: GenerationRequest,
    context: JobContext,
  ): Promise<SentWebhook> {
    const { sender, stages } = this.#parts;
    const place = sender.enter(target);
    const run = { stage: 'notify', context, request, begin: performance.now() } as const;
    const sent = await stages.run(run, async (tell) => {
      const one = await sender.send(message, target, place, context.signal);
      tell({ delivery: one.attempt.outcome, status: one.attempt.status });
      return one;
    });
    if (sent.attempt.outcome === 'gone' && target.name !== target.url)
      await this.#parts.endpoints.disable(target.owner, target.name, 'it answered 410 Gone');
    return sent;
  }

  /** The state of now, to a subscription that wants it. What can't be told is not told later. */
  async #tellProgress(context: JobContext): Promise<void> {
    const { generation, epoch, role } = context.payload;
    const state = await this.#parts.live.read(generation);
    if (state === undefined || ENDED_STATUSES.has(state.status)) return;
    const { request, status, progress, elapsed } = state;
    const task = notifyTask(request, role);
    if (task?.tells !== 'progress') return;
    const { subscription } = task;
    const beginOnly = 'begin_only' in subscription && subscription.begin_only === true;
    if (beginOnly && (status === 'queued' || (await this.#parts.begins.get(`${generation} ${role}`)) !== undefined))
      return;
    const target = await this.#target(request.owner, subscription);
    if ('reason' in target) return;
    const id = messageId(generation, 'generation.progress', `${epoch} ${status} ${progress?.step ?? 0} ${elapsed}`);
    const links = this.#parts.linksOf(request.webhooks!.base);
    const occasion = { type: 'generation.progress', timestamp: new Date().toISOString(), subscription } as const;
    const body = webhookBody(occasion, { request, live: state }, links);
    const { attempt } = await this.#send({ id, body }, target, request, context);
    if (beginOnly && attempt.outcome === 'delivered')
      await this.#parts.begins.put(`${generation} ${role}`, '', { seconds: BEGIN_SECONDS });
  }

  /** Where a subscription leads now, or why nowhere. */
  async #target(
    owner: GenerationRequest['owner'],
    subscription: WebhookSubscription,
  ): Promise<WebhookTarget | { reason: string }> {
    const { endpoints, keys } = this.#parts;
    const { key } = await keys.findById(owner);
    if (key?.revoked_at !== undefined) return { reason: 'the API key was revoked' };
    const id = 'url' in subscription ? DEFAULT_ENDPOINT : subscription.endpoint;
    const record = await endpoints.find(owner, id);
    if (record === undefined) return { reason: `the endpoint ${id} was deleted` };
    if (record.disabled !== undefined) return { reason: `the endpoint ${id} is disabled: ${record.disabled.reason}` };
    const url = 'url' in subscription ? subscription.url : record.url!;
    const secrets = endpoints.secretsOf(record);
    if (secrets.length === 0) return { reason: `no secret of the endpoint ${id} can be read any more; rotate it` };
    return { owner, url, name: 'url' in subscription ? url : id, secrets };
  }
}

function untilDue({ next_attempt_at: next }: DeliveryRecord): number {
  return Math.max(Date.parse(next) - Date.now(), 0);
}
