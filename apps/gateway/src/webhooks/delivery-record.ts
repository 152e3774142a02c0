import { z } from 'zod';
import { WEBHOOK_EVENTS, type GenerationResult, type WebhookSubscription } from '@medley/domain';
import { messageId } from './message-id.ts';

/** How one attempt ended; the label of the metric too. `refused`: the URL leads to no public address. */
export const ATTEMPT_OUTCOMES = [
  'delivered',
  'redirected',
  'gone',
  'limited',
  'failed',
  'timeout',
  'unreachable',
  'refused',
] as const;

const attempt = z.strictObject({
  at: z.string(),
  outcome: z.enum(ATTEMPT_OUTCOMES),
  /** The HTTP status of the answer. */
  status: z.int().optional(),
  reason: z.string().optional(),
  milliseconds: z.int(),
});
export type DeliveryAttempt = z.infer<typeof attempt>;

export const DELIVERY_STATUSES = ['pending', 'delivered', 'dead'] as const;

/** `generations/<id>/deliveries/<role>.json`: what became of the telling of one end. It holds nothing of what was told. */
export const deliveryRecord = z.strictObject({
  v: z.literal(1),
  /** `whd_<generation>_<role>`. */
  id: z.string(),
  webhook_id: z.string(),
  owner: z.string(),
  generation: z.string(),
  epoch: z.int(),
  role: z.int(),
  event: z.enum(WEBHOOK_EVENTS),
  endpoint: z.string().optional(),
  url: z.string().optional(),
  status: z.enum(DELIVERY_STATUSES),
  /** Tries since it was made or sent again. */
  tries: z.int(),
  /** The latest ones, in their order. */
  attempts: z.array(attempt),
  next_attempt_at: z.string(),
  /** Why it is dead, where no attempt says so. */
  reason: z.string().optional(),
  created_at: z.string(),
});
export type DeliveryRecord = z.infer<typeof deliveryRecord>;

/** A delivery that nothing was tried of yet. Made twice it has one place in the list: its time is that of the end. */
export function newDelivery(result: GenerationResult, role: number, subscription: WebhookSubscription): DeliveryRecord {
  const event = `generation.${result.status as 'succeeded' | 'failed' | 'canceled'}` as const;
  return {
    v: 1,
    id: deliveryId(result.id, role),
    webhook_id: messageId(result.id, event),
    owner: result.request.owner,
    generation: result.id,
    epoch: result.epoch,
    role,
    event,
    ...('url' in subscription ? { url: subscription.url } : { endpoint: subscription.endpoint }),
    status: 'pending',
    tries: 0,
    attempts: [],
    next_attempt_at: new Date().toISOString(),
    created_at: result.committed_at,
  };
}

function deliveryId(generation: string, role: number): string {
  return `whd_${generation.slice('gen_'.length)}_${role}`;
}

/** The generation and role of a delivery's id; undefined for what is no such id. */
export function parseDeliveryId(id: string): { generation: string; role: number } | undefined {
  const match = /^whd_([0-9a-z]{26})_(\d{1,3})$/.exec(id);
  return match === null ? undefined : { generation: `gen_${match[1]}`, role: Number(match[2]) };
}

/** The public JSON of a delivery. */
export function viewDelivery(record: DeliveryRecord) {
  const { v: _v, owner: _owner, epoch: _epoch, role: _role, tries: _tries, next_attempt_at: next, ...visible } = record;
  return { ...visible, ...(record.status === 'pending' ? { next_attempt_at: next } : {}) };
}
