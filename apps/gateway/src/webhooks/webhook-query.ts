import { z } from 'zod';
import { describeIssue, webhookSubmission, type WebhookSubmission } from '@medley/domain';
import { DELIVERY_STATUSES } from './delivery-record.ts';

const LARGEST_PAGE = 100;
const DAY_SECONDS = 86_400;

const rotation = z
  .strictObject({
    /** Seconds for which the former secrets sign on. */
    overlap_seconds: z
      .int()
      .min(0)
      .max(7 * DAY_SECONDS)
      .default(DAY_SECONDS),
  })
  .default({ overlap_seconds: DAY_SECONDS });

const deliveryQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(20),
  cursor: z.string().max(4_096).optional(),
  status: z.enum(DELIVERY_STATUSES).optional(),
});

/** The body of POST /v1/webhooks/endpoints. Throws GenerationError `invalid_request`, as the others do. */
export function parseEndpoint(body: unknown): WebhookSubmission {
  return parse(webhookSubmission, body);
}

/** The body of POST /v1/webhooks/endpoints/{id}/rotate; there may be none. */
export function parseRotation(body: unknown): z.infer<typeof rotation> {
  return parse(rotation, body);
}

/** The query of GET /v1/webhooks/deliveries. */
export function parseDeliveryQuery(query: unknown): z.infer<typeof deliveryQuery> {
  return parse(deliveryQuery, query);
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0]!, value);
  return parsed.data;
}
