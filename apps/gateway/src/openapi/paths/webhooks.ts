import { deliveryQuery } from '../../webhooks/webhook-query.ts';
import { BODY_ERRORS, answer, body, empty, needs, parameter, problems, type Paths } from '../operation.ts';
import { queryParameters } from '../schemas.ts';

const tags = ['Webhooks'];
const EVENTS = ['generation.succeeded', 'generation.failed', 'generation.canceled'];
const URL = 'https://example.com/hooks';
const MADE = '2026-11-25T09:30:00.000Z';
const ENDPOINT = {
  id: 'whe_01jc8n4w2v6q0x3r5t7y9z1b2d',
  url: URL,
  events: EVENTS,
  status: 'enabled',
  secrets: [{ created_at: MADE }],
  created_at: MADE,
};
const WITH_SECRET = { ...ENDPOINT, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' };
const DELIVERY = {
  id: 'whd_01jc8n4w2v6q0x3r5t7y9z1b2d_0',
  webhook_id: 'msg_p5jXN8AQM9LWM0D4loKWxJek2aB',
  generation: 'gen_01jc8n4w2v6q0x3r5t7y9z1b2d',
  event: 'generation.succeeded',
  endpoint: ENDPOINT.id,
  status: 'pending',
  attempts: [{ at: MADE, outcome: 'failed', status: 500, reason: 'it answered 500', milliseconds: 41 }],
  next_attempt_at: '2026-11-25T09:30:05.000Z',
  created_at: MADE,
};

export const webhookPaths: Paths = {
  '/v1/webhooks/endpoints': {
    post: {
      operationId: 'createWebhookEndpoint',
      tags,
      summary: 'Have an address told of generations',
      description:
        'It is told of every generation of the API key that is accepted from now on. A key has 16 endpoints at most. The answer alone holds the secret. Guests have no webhooks.',
      security: needs('generate'),
      requestBody: body('WebhookBody', { ends: { url: URL }, progress: { url: URL, events: ['generation.progress'] } }),
      responses: {
        201: answer('The endpoint and its secret.', 'WebhookEndpointWithSecret', WITH_SECRET, ['location']),
        ...problems('keyed', ...BODY_ERRORS, 'url_refused', 'conflict'),
      },
    },
    get: {
      operationId: 'listWebhookEndpoints',
      tags,
      summary: 'List endpoints',
      description: 'All of them on one page, the newest first.',
      security: needs('read'),
      responses: {
        200: answer('The endpoints.', 'WebhookEndpointList', { data: [ENDPOINT], next_cursor: null }),
        ...problems('keyed'),
      },
    },
  },
  '/v1/webhooks/endpoints/{id}': {
    get: {
      operationId: 'getWebhookEndpoint',
      tags,
      summary: 'Read an endpoint',
      security: needs('read'),
      parameters: [parameter('EndpointId')],
      responses: { 200: answer('The endpoint.', 'WebhookEndpoint', ENDPOINT), ...problems('keyed', 'not_found') },
    },
    delete: {
      operationId: 'deleteWebhookEndpoint',
      tags,
      summary: 'Delete an endpoint',
      description: 'The endpoint `default` stays.',
      security: needs('generate'),
      parameters: [parameter('EndpointId')],
      responses: { 204: empty('It is told nothing more.'), ...problems('keyed', 'not_found', 'conflict') },
    },
  },
  '/v1/webhooks/endpoints/{id}/rotate': {
    post: {
      operationId: 'rotateWebhookSecret',
      tags,
      summary: 'Replace the secret of an endpoint',
      description:
        'Messages carry one signature for each secret that signs, so that a receiver can change over in its own time.',
      security: needs('generate'),
      parameters: [parameter('EndpointId')],
      requestBody: body('RotationBody', { 'an hour': { overlap_seconds: 3_600 } }, false),
      responses: {
        200: answer(
          'The endpoint and its new secret, which this answer alone holds.',
          'WebhookEndpointWithSecret',
          WITH_SECRET,
        ),
        ...problems('keyed', ...BODY_ERRORS, 'not_found', 'conflict'),
      },
    },
  },
  '/v1/webhooks/deliveries': {
    get: {
      operationId: 'listWebhookDeliveries',
      tags,
      summary: 'List deliveries',
      description: 'What became of the telling of ends, the newest first. `status=dead` is the dead-letter list.',
      security: needs('read'),
      parameters: queryParameters(deliveryQuery),
      responses: {
        200: answer('A page of deliveries.', 'WebhookDeliveryList', { data: [DELIVERY], next_cursor: null }),
        ...problems('keyed', 'invalid_request'),
      },
    },
  },
  '/v1/webhooks/deliveries/{id}': {
    get: {
      operationId: 'getWebhookDelivery',
      tags,
      summary: 'Read a delivery',
      security: needs('read'),
      parameters: [parameter('DeliveryId')],
      responses: { 200: answer('The delivery.', 'WebhookDelivery', DELIVERY), ...problems('keyed', 'not_found') },
    },
  },
  '/v1/webhooks/deliveries/{id}/redeliver': {
    post: {
      operationId: 'redeliverWebhook',
      tags,
      summary: 'Send a delivery again',
      description: 'Begins a new series of tries under the same `webhook-id`, the first of them now.',
      security: needs('generate'),
      parameters: [parameter('DeliveryId')],
      responses: {
        202: answer('The delivery as it waits for its first try.', 'WebhookDelivery', { ...DELIVERY, attempts: [] }),
        ...problems('keyed', 'not_found', 'conflict'),
      },
    },
  },
};
