import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';
import { WebhookReceiver } from '../webhooks/webhook-receiver.fixture.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;

let backends: Backends;
let gateway: TestGateway;
let receiver: WebhookReceiver;
beforeAll(async () => {
  [backends, receiver] = await Promise.all([Backends.start(), WebhookReceiver.start()]);
  gateway = await TestGateway.start(backends, { GATEWAY_ROLES: 'api,notify', MEDLEY_WEBHOOK_ALLOW: '127.0.0.1' });
});
afterAll(async () => {
  await gateway.close();
  receiver.close();
  await backends.close();
});

describe('a gateway that sends no traces', () => {
  it('passes on the trace of a client: to its answer, its log, the request that it keeps and the webhook', async () => {
    const { body, headers } = await gateway.json<{ id: string }>('/v1/generations', {
      json: { ...PICTURE, webhook: { url: receiver.url('/told') } },
      headers: { traceparent },
    });
    expect(headers.get('x-trace-id')).toBe(TRACE);
    expect(await backends.openRequest(body.id)).toMatchObject({ traceparent });
    const accepted = gateway.logs.find(({ msg, generation }) => msg === 'accepted' && generation === body.id);
    expect(accepted).toMatchObject({ trace_id: TRACE, request: headers.get('x-request-id') });
    await backends.commit(body.id, { status: 'canceled' });
    expect((await receiver.until('/told')).headers['traceparent']).toBe(traceparent);
  });

  it.each([
    ['none', {}],
    ['one that is none', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
  ])('names no trace where the client sends %s', async (_, sent) => {
    const { body, headers } = await gateway.json<{ id: string }>('/v1/generations', { json: PICTURE, headers: sent });
    expect(headers.get('x-trace-id')).toBeNull();
    expect(await backends.openRequest(body.id)).not.toHaveProperty('traceparent');
    const accepted = gateway.logs.find(({ msg, generation }) => msg === 'accepted' && generation === body.id);
    expect(accepted).not.toHaveProperty('trace_id');
  });
});
