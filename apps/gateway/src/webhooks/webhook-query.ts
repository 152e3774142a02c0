import { z } from 'zod';
import { describeIssue, webhookSubmission, type WebhookSubmission } from '@medley/domain';
import { DELIVERY_STATUSES } from './delivery-record.ts';

const LARGEST_PAGE = 100;
const DAY_SECONDS = 86_400;

export const rotation = z
  .strictObject({
    overlap_seconds: z
      .int()
      .min(0)
      .max(7 * DAY_SECONDS)
      .default(DAY_SECONDS)
      .describe('For how long the former secrets sign on beside the new one: at most a week, a day by default.'),
  })
  .meta({ id: 'RotationBody', description: 'How a secret is replaced.' })
  .default({ overlap_seconds: DAY_SECONDS });

export const deliveryQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(20).describe('Deliveries of one page.'),
  cursor: z
    .string()
    .max(4_096)
    .optional()
    .describe('`next_cursor` of the page before, of a list of the same `status`.'),
  status: z.enum(DELIVERY_STATUSES).optional().describe('Only those; `dead` is the dead-letter list.'),
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
