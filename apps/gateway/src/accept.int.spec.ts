import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generationRequest, objectKeys } from '@medley/domain';
import { Backends, TestGateway } from './gateway.fixture.ts';

let backends: Backends;
let gateway: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends);
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

const body = { conditions: [{ type: 'text', text: 'a dog' }], outputs: [{ type: 'image' }] };

describe('POST /v1/generations', () => {
  it('answers 202 once the request stands in S3', async () => {
    const { status, headers, body: view } = await gateway.json('/v1/generations', { json: body });
    expect([status, headers.get('retry-after')]).toEqual([202, '1']);
    expect(headers.get('location')).toBe(String(gateway.url(`/v1/generations/${String(view['id'])}`)));
    const open = await backends.store.get(objectKeys.open(String(view['id'])));
    const request = generationRequest.parse(JSON.parse(Buffer.from(open!.body).toString()));
    expect(request).toMatchObject({ id: view['id'], steps: 10, seed: view['seed'] });
  });
});
