import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import Replicate, { validateWebhook, type Prediction } from 'replicate';
import { objectKeys } from '@medley/domain';
import { Backends, TestGateway } from '../gateway.fixture.ts';
import { WebhookReceiver, type ReceivedWebhook } from '../webhooks/webhook-receiver.fixture.ts';

jest.setTimeout(60_000);

const MODEL = 'medley/tiny-codi';
const BYTES = Buffer.from('a picture');

let backends: Backends;
let receiver: WebhookReceiver;
let gateway: TestGateway;
let replicate: Replicate;
beforeAll(async () => {
  backends = await Backends.start();
  receiver = await WebhookReceiver.start();
  gateway = await TestGateway.start(backends, { GATEWAY_ROLES: 'api,notify', MEDLEY_WEBHOOK_ALLOW: '127.0.0.1' });
  replicate = new Replicate({ auth: gateway.key, baseUrl: gateway.url('/replicate/v1').href });
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
  receiver.close();
});

const create = (told: object) => replicate.predictions.create({ model: MODEL, input: { prompt: 'a dog' }, ...told });

/** Ends a prediction with a picture, as a worker would. */
async function succeed(id: string): Promise<void> {
  const key = objectKeys.output(id, 1, 1, 'token', 'image-0.png');
  await backends.store.put(key, BYTES, { contentType: 'image/png' });
  const sha256 = createHash('sha256').update(BYTES).digest('hex');
  const content = { bytes: BYTES.byteLength, content_type: 'image/png', sha256 };
  const output = { type: 'image', role: 'primary', sample: 0, key, ...content } as const;
  await backends.commit(id, { status: 'succeeded', outputs: [output] });
}

describe('webhooks', () => {
  it('are told predictions, signed so that the client says they are valid', async () => {
    const { key: secret } = await replicate.webhooks.default.secret.get();
    const { id } = await create({ webhook: receiver.url('/end') });
    await succeed(id);
    const told = await receiver.until('/end');
    expect(await validate(told, secret)).toBe(true);
    expect(await validate({ ...told, body: `${told.body} ` }, secret)).toBe(false);
    const { urls, ...prediction } = JSON.parse(told.body) as Prediction;
    expect(prediction).toMatchObject({ id, status: 'succeeded', model: MODEL, input: { prompt: 'a dog' } });
    expect(urls.get).toBe(gateway.url(`/replicate/v1/predictions/${id}`).href);
    expect(await (await fetch((prediction.output as string[])[0]!)).text()).toBe(String(BYTES));
  });

  it('are told what they want to know: that it began once, and its end', async () => {
    const { id } = await create({
      webhook: receiver.url('/began'),
      webhook_events_filter: ['start', 'completed'],
    });
    const { live, events } = backends.ports;
    const step = async (count: number) => {
      await live.update(id, 1, { status: 'diffusing', progress: { step: count, steps: 10 } });
      await events.append(id, 1, { type: 'step', step: count, steps: 10, outputs: ['image'] });
    };
    await step(1);
    expect(JSON.parse((await receiver.until('/began')).body)).toMatchObject({ id, status: 'processing' });
    await step(2);
    await backends.commit(id, { status: 'canceled' });
    expect(JSON.parse((await receiver.until('/began', 2)).body)).toMatchObject({ id, status: 'canceled' });
  });

  it('of outputs alone hear nothing of failures', async () => {
    const outputs = { webhook: receiver.url('/outputs'), webhook_events_filter: ['output'] };
    const failed = await create(outputs);
    await backends.commit(failed.id, { status: 'failed', error: new Error('x') });
    const made = await create(outputs);
    await succeed(made.id);
    expect(JSON.parse((await receiver.until('/outputs')).body)).toMatchObject({ id: made.id });
  });
});

const validate = ({ headers, body }: ReceivedWebhook, secret: string) =>
  validateWebhook({
    id: headers['webhook-id']!,
    timestamp: headers['webhook-timestamp']!,
    signature: headers['webhook-signature']!,
    body,
    secret,
  });
