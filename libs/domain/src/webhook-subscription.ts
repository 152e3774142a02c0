import { z } from 'zod';

/** What a webhook can be told. Ends are delivered at least once; progress is told as it comes, once, and never again. */
export const WEBHOOK_EVENTS = [
  'generation.succeeded',
  'generation.failed',
  'generation.canceled',
  'generation.progress',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

const ENDS: WebhookEvent[] = ['generation.succeeded', 'generation.failed', 'generation.canceled'];

/** `webhook` of a generation, and the body that makes an endpoint. Every end is told by default. */
export const webhookSubmission = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_048)
      .meta({ pattern: '^https?://' })
      .describe('A public http or https address. Redirects are not followed.'),
    events: z
      .array(z.enum(WEBHOOK_EVENTS).meta({ id: 'WebhookEvent' }))
      .min(1)
      .refine((events) => new Set(events).size === events.length, { message: 'name each event once' })
      .meta({ uniqueItems: true })
      .default(ENDS)
      .describe('What it is told: ends at least once each, `generation.progress` as it comes. Every end by default.'),
  })
  .meta({ id: 'WebhookBody', description: 'Where to tell what becomes of generations.' });
export type WebhookSubmission = z.infer<typeof webhookSubmission>;

const events = z.array(z.enum(WEBHOOK_EVENTS)).min(1);
const subscription = z.union([
  z.strictObject({ endpoint: z.string(), events }),
  z.strictObject({
    url: z.string(),
    events,
    /** What its bodies are, where they are no messages of this service: the generation as Replicate's API writes a prediction. */
    form: z.literal('prediction').optional(),
    /** Of the progress it is told once, that it began. */
    begin_only: z.literal(true).optional(),
  }),
]);
export type WebhookSubscription = z.infer<typeof subscription>;

/** How the URL that a generation names is told. */
export type WebhookForm = Pick<Extract<WebhookSubscription, { url: string }>, 'form' | 'begin_only'>;

/** Who is told of a generation: pinned when it is accepted. */
export const webhookSubscriptions = z.strictObject({
  /** Where the links of what is told begin. */
  base: z.string(),
  list: z.array(subscription).min(1),
});
export type WebhookSubscriptions = z.infer<typeof webhookSubscriptions>;

type Subscribed = { webhooks?: WebhookSubscriptions | undefined };

/** Roles of the notify jobs that tell the end: the indices of those subscriptions that want it. */
export function endRoles({ webhooks }: Subscribed, status: 'succeeded' | 'failed' | 'canceled'): number[] {
  return rolesOf(webhooks, `generation.${status}`);
}

/** Roles of the notify jobs that tell of progress: they come after those of the ends. */
export function progressRoles({ webhooks }: Subscribed): number[] {
  const count = webhooks?.list.length ?? 0;
  return rolesOf(webhooks, 'generation.progress').map((index) => count + index);
}

/** What a notify job of that role has to do; undefined for a role that the request does not have. */
export function notifyTask(
  { webhooks }: Subscribed,
  role: number,
): { tells: 'end' | 'progress'; subscription: WebhookSubscription } | undefined {
  const list = webhooks?.list ?? [];
  const tells = role < list.length ? 'end' : 'progress';
  const subscription = list[tells === 'end' ? role : role - list.length];
  return subscription === undefined ? undefined : { tells, subscription };
}

function rolesOf(webhooks: WebhookSubscriptions | undefined, event: WebhookEvent): number[] {
  return (webhooks?.list ?? []).flatMap(({ events: wanted }, index) => (wanted.includes(event) ? [index] : []));
}
