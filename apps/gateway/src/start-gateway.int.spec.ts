import { expect, it } from '@jest/globals';
import { Backends, TestGateway } from './gateway.fixture.ts';

it('one process takes every role at once', async () => {
  const backends = await Backends.start();
  const gateway = await TestGateway.start(backends, { GATEWAY_ROLES: 'api,ingest,notify,reconciler' });
  expect((await gateway.call('/v1/models')).status).toBe(200);
  await gateway.close();
  await backends.close();
});
