import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newApiKey } from '@medley/domain';
import { Backends, TestGateway } from '../gateway.fixture.ts';

let backends: Backends;
let gateway: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends, { MEDLEY_TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

const knock = (address: string, key = newApiKey()) =>
  gateway.json<{ code: string; detail: string }>('/v1/models', {
    headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': address },
  });

describe('keys that nobody has', () => {
  it('are looked up for an address in so many cases only; what is known there, and others, are answered on', async () => {
    expect((await knock('192.0.2.1', gateway.key)).status).toBe(200);
    const answers = [];
    do {
      answers.push(await knock('192.0.2.1'));
    } while (answers.at(-1)!.status === 401);
    const { status, headers, body } = answers.at(-1)!;
    expect([status, headers.has('retry-after'), body.code]).toEqual([429, true, 'rate_limited']);
    expect(body.detail).toContain('sends more than 60 unknown API keys a minute');
    expect(answers.length).toBeGreaterThan(60);
    expect((await knock('192.0.2.1', gateway.key)).status).toBe(200);
    expect((await knock('192.0.2.2')).status).toBe(401);
  });
});
