import { WEBHOOK_EVENTS } from '@medley/domain';
import { QUEUED, SUCCEEDED } from './examples/generation.ts';
import { ref, type Operation } from './operation.ts';
import type { JsonSchema } from './schemas.ts';

const inHeader = (name: string, description: string, example: string): JsonSchema => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
  example,
});

/** The headers of Standard Webhooks. */
const parameters = [
  inHeader('webhook-id', 'Names the event; the same in every try.', 'msg_p5jXN8AQM9LWM0D4loKWxJek2aB'),
  inHeader('webhook-timestamp', 'When it was sent, in seconds since the epoch.', '1795600200'),
  inHeader(
    'webhook-signature',
    '`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several with spaces between while a secret rotates.',
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ),
];

type Message = Pick<Operation, 'operationId' | 'tags' | 'summary'> & Record<string, unknown>;

/** What the service sends to webhooks, by event. */
export function webhookMessages(): Record<string, { post: Message }> {
  return Object.fromEntries(WEBHOOK_EVENTS.map((event) => [event, { post: message(event) }]));
}

function message(event: (typeof WEBHOOK_EVENTS)[number]): Message {
  const data = event === 'generation.succeeded' ? SUCCEEDED : QUEUED;
  const example = { type: event, timestamp: '2026-11-25T09:30:01.050Z', data };
  return {
    operationId: `on${event.split('.')[1]!.replace(/^./, (letter) => letter.toUpperCase())}`,
    tags: ['Webhooks'],
    summary: event,
    description:
      'Signed as Standard Webhooks says. Only 2xx counts; 410 disables the endpoint; 429 and Retry-After are honoured; an answer has 15 s. An end is tried ten times within about three days; progress once.',
    parameters,
    requestBody: { required: true, content: { 'application/json': { schema: ref('WebhookMessage'), example } } },
    responses: { '2XX': { description: 'Taken.' }, '410': { description: 'Send nothing more to this endpoint.' } },
  };
}
