import { z } from 'zod';
import { WEBHOOK_EVENTS } from '@medley/domain';
import { ATTEMPT_OUTCOMES, DELIVERY_STATUSES } from '../../webhooks/delivery-record.ts';
import { generation } from './generation.ts';
import { generationName, moment, page } from './parts.ts';

const event = z.enum(WEBHOOK_EVENTS).meta({ id: 'WebhookEvent' });

const endpoint = z
  .object({
    id: z.string().describe('`default` is the one that signs for the `webhook` of a generation; it has no URL.'),
    url: z.url().optional(),
    events: z.array(event).optional(),
    status: z.enum(['enabled', 'disabled']).describe('A receiver that answers 410 disables its endpoint.'),
    disabled_at: moment.optional(),
    disabled_reason: z.string().optional(),
    secrets: z
      .array(z.object({ created_at: moment, expires_at: moment.optional().describe('Signs until then.') }))
      .describe('Those that sign now, the newest first, without the secrets themselves.'),
    created_at: moment,
  })
  .meta({ id: 'WebhookEndpoint', description: 'Where the generations of a key are told of.' });

const endpointWithSecret = z
  .object({ ...endpoint.shape, secret: z.string().describe('`whsec_…`, which is told this once.') })
  .meta({ id: 'WebhookEndpointWithSecret', description: 'An endpoint, and the one time that its secret is told.' });

const delivery = z
  .object({
    id: z.string(),
    webhook_id: z.string().describe('The `webhook-id` of every try, so that a receiver knows what it had already.'),
    generation: generationName,
    event,
    endpoint: z.string().optional(),
    url: z.string().optional().describe('Of the `webhook` of the generation.'),
    status: z.enum(DELIVERY_STATUSES).describe('`dead`: it is not tried any more until it is sent again.'),
    attempts: z
      .array(
        z.object({
          at: moment,
          outcome: z.enum(ATTEMPT_OUTCOMES),
          status: z.int().optional().describe('HTTP status of the receiver.'),
          reason: z.string().optional(),
          milliseconds: z.int(),
        }),
      )
      .describe('The latest 20.'),
    next_attempt_at: moment.optional().describe('While it is `pending`.'),
    reason: z.string().optional().describe('Why it is dead, where no attempt says so.'),
    created_at: moment,
  })
  .meta({ id: 'WebhookDelivery', description: 'What became of telling one webhook the end of one generation.' });

const message = z
  .object({ type: event, timestamp: moment, data: generation })
  .meta({ id: 'WebhookMessage', description: 'What a webhook is told.' });

export const webhookAnswers = [
  endpoint,
  page(endpoint, 'WebhookEndpointList'),
  endpointWithSecret,
  delivery,
  page(delivery, 'WebhookDeliveryList'),
  message,
];
