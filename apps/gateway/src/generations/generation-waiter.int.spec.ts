import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Backends, TestGateway } from '../gateway.fixture.ts';
import { GenerationWaiter } from './generation-waiter.ts';

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

const forEver = new AbortController().signal;
const gone = AbortSignal.abort();

describe('a wait', () => {
  it('is over with the generation, whether its events are there or not', async () => {
    const waiter = new GenerationWaiter(backends.ports, forEver);
    const id = await gateway.accept();
    const waited = waiter.wait(id, 600, forEver);
    await backends.commit(id, { status: 'canceled' });
    expect([await waited, await waiter.wait(id, 600, forEver)]).toEqual(['ended', 'ended']);
    await backends.ports.events.remove(id);
    expect(await waiter.wait(id, 600, forEver)).toBe('ended');
  });

  it('is late when its time is over, and cut when nobody waits any more', async () => {
    const id = await gateway.accept();
    expect(await new GenerationWaiter(backends.ports, forEver).wait(id, 0.001, forEver)).toBe('late');
    expect(await new GenerationWaiter(backends.ports, forEver).wait(id, 600, gone)).toBe('cut');
    expect(await new GenerationWaiter(backends.ports, gone).wait(id, 600, forEver)).toBe('cut');
  });
});
