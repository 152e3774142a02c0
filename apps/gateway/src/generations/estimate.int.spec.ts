import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';

interface Answer {
  seconds: number;
  measured: boolean;
  queue: { position: number; estimated_seconds: number };
  code: string;
  pointer: string;
}

let backends: Backends;
let gateway: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
});
beforeEach(async () => {
  gateway = await TestGateway.start(backends);
});
afterAll(async () => {
  await backends.close();
});

const estimate = (body: object) => gateway.json<Answer>('/v1/generations/estimate', { json: body });

describe('POST /v1/generations/estimate', () => {
  it('answers by what the workers measured, and queues nothing', async () => {
    const before = await estimate(PICTURE);
    expect([before.status, before.body.measured]).toEqual([200, false]);
    expect(before.body.queue).toEqual({ position: 0, estimated_seconds: 0 });
    expect(await backends.keys('open/')).toEqual([]);
    await gateway.close();
    const { digest, name } = (await models())[0]!;
    await backends.queue
      .costs({ name, digest })
      .record({ 'text prompt_encoder': 1_000, 'image denoiser': 500, 'image decoder': 2_000 });
    gateway = await TestGateway.start(backends);
    const { body } = await estimate({ ...PICTURE, steps: 4, samples: 2 });
    expect(body).toMatchObject({ seconds: 1 + 2 * (4 * 2 * 0.5 + 2), measured: true });
    const ids = [await gateway.accept({ ...PICTURE, steps: 4 }), await gateway.accept(PICTURE)];
    const view = await gateway.json<Answer>(`/v1/generations/${ids[1]}`);
    expect(view.body.queue).toEqual({ position: 1, estimated_seconds: 7 });
    expect((await estimate(PICTURE)).body.queue).toEqual({ position: 2, estimated_seconds: 20 });
    await gateway.close();
  });

  it('refuses what would be refused', async () => {
    const { status, body } = await estimate({ ...PICTURE, steps: 10_000 });
    expect([status, body.code, body.pointer]).toEqual([422, 'unsupported_by_bundle', '/steps']);
    await gateway.close();
  });
});

async function models(): Promise<{ name: string; digest: string }[]> {
  const other = await TestGateway.start(backends);
  const { body } = await other.json<{ data: { name: string; digest: string }[] }>('/v1/models');
  await other.close();
  return body.data;
}
