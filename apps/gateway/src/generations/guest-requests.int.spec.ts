import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';

let backends: Backends;
let gateway: TestGateway;
let headers: Record<string, string>;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends, { MEDLEY_PLAYGROUND: 'public' });
  const begun = await fetch(gateway.url('/v1/session'), { method: 'POST' });
  headers = {
    cookie: begun.headers.get('set-cookie')!.split(';')[0]!,
    origin: gateway.url('/').origin,
    'content-type': 'application/json',
  };
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

const URL_TO_FETCH = 'https://files.example/dog.png';
const conditions = [
  { type: 'text', text: 'a dog' },
  { type: 'image', url: URL_TO_FETCH },
];

describe('a guest has nothing called and nothing fetched', () => {
  it.each<[string, object, string]>([
    ['/v1/generations', { ...PICTURE, conditions }, 'conditions[1].url is a URL; for guests nothing is fetched'],
    ['/v1/generations', { ...PICTURE, webhook: { url: URL_TO_FETCH } }, 'guests have no webhooks'],
    [
      '/replicate/v1/models/medley/tiny-codi/predictions',
      { input: { image: URL_TO_FETCH } },
      'input.image is a URL; for guests nothing is fetched',
    ],
    [
      '/replicate/v1/models/medley/tiny-codi/predictions',
      { input: { prompt: 'a dog' }, webhook: URL_TO_FETCH },
      'guests have no webhooks',
    ],
    [
      '/openai/v1/videos',
      { prompt: 'a dog', input_reference: { image_url: URL_TO_FETCH } },
      'is a URL; for guests nothing is fetched',
    ],
  ])('%s %j', async (path, body, words) => {
    const response = await fetch(gateway.url(path), { method: 'POST', headers, body: JSON.stringify(body) });
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining(words)]);
    expect(await backends.keys('open/')).toEqual([]);
  });
});
