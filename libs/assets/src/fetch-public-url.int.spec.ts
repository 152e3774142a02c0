import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fetchPublicUrl, type FetchLimits } from './fetch-public-url.ts';

let server: Server;
let base: string;
const limits: FetchLimits = { bytes: 1000, seconds: 5, redirects: 3, allowed: ['127.0.0.1'] };
const never = new AbortController().signal;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path === '/file') response.setHeader('content-type', 'image/png; charset=x').end('bytes');
    else if (path === '/large') response.end(Buffer.alloc(2000));
    else if (path === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (path === '/hop') response.writeHead(302, { location: '/file' }).end();
    else if (path === '/inside') response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
    else if (path === '/file-scheme') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else if (path === '/silent') response.flushHeaders();
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const fetched = (path: string, change: Partial<FetchLimits> = {}) =>
  fetchPublicUrl(base + path, { ...limits, ...change }, never);

describe('fetchPublicUrl', () => {
  it('answers bytes and type, over redirects', async () => {
    expect(await fetched('/hop')).toEqual({ bytes: Buffer.from('bytes'), contentType: 'image/png' });
  });

  it.each([
    ['/large', 'media_too_large', 'more than 1000 bytes'],
    ['/loop', 'url_unreachable', 'redirects more than 3 times'],
    ['/nothing', 'url_unreachable', 'answered 404'],
    ['/inside', 'url_refused', '169.254.169.254 is not a public address'],
    ['/file-scheme', 'url_refused', 'file is not http or https'],
  ])('%s is %s', async (path, code, words) => {
    await expect(fetched(path)).rejects.toMatchObject({ code, message: expect.stringContaining(words) as unknown });
  });

  it('gives up on a server that says nothing', async () => {
    await expect(fetched('/silent', { seconds: 0.3 })).rejects.toMatchObject({
      code: 'url_unreachable',
      message: expect.stringContaining('within 0.3 s') as unknown,
    });
  });

  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '[::1]',
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    'localhost',
    'user:secret@8.8.8.8',
  ])('refuses the host %s', async (host) => {
    await expect(fetchPublicUrl(`http://${host}:1/`, { ...limits, allowed: [] }, never)).rejects.toMatchObject({
      code: 'url_refused',
    });
  });
});
