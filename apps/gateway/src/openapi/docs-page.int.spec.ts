import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Backends, TestGateway } from '../gateway.fixture.ts';

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

const NO_KEY = { authorization: '' };

describe('the description of the API', () => {
  it('is served as it is committed, to whoever asks', async () => {
    const { status, headers, body } = await gateway.json('/openapi.json', { headers: NO_KEY });
    const committed = await readFile(new URL('../../openapi.json', import.meta.url), 'utf8');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect(body).toEqual(JSON.parse(committed));
  });

  it('has a page that needs nothing from elsewhere', async () => {
    const page = await gateway.call('/docs', { headers: NO_KEY });
    const html = await page.text();
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; .*connect-src 'self'/,
    );
    const files = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, file]) => file!);
    expect(files).toEqual([
      'docs/swagger-ui.css',
      'docs/page.css',
      'openapi.json',
      'docs/swagger-ui-bundle.js',
      'docs/page.js',
    ]);
    for (const file of files) {
      const answer = await gateway.call(`/${file}`, { headers: NO_KEY });
      const type = file.endsWith('.css') ? 'text/css' : file.endsWith('.js') ? 'text/javascript' : 'application/json';
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
      expect((await answer.text()).length).toBeGreaterThan(100);
    }
  });

  it('sends the page’s files as small as the reader takes them', async () => {
    const encodingOf = async (accepted: string) =>
      (await gateway.call('/docs/page.js', { headers: { 'accept-encoding': accepted } })).headers.get(
        'content-encoding',
      );
    expect(await encodingOf('br, gzip')).toBe('gzip');
    expect(await encodingOf('identity')).toBeNull();
  });

  it('has no other files', async () => {
    const { status, body } = await gateway.json('/docs/..%2f..%2fpackage.json', { headers: NO_KEY });
    expect([status, body]).toMatchObject([404, { code: 'not_found' }]);
  });
});
