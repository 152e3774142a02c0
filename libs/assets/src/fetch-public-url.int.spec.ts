import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fetchPublicUrl, type FetchedFile, type FetchLimits } from './fetch-public-url.ts';

let server: Server;
let base: string;
let slow: (response: ServerResponse) => void;
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
    else if (path === '/slow') slow(response);
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

const read = async ({ source, contentType }: FetchedFile) => ({ text: await text(source), contentType });
const fetched = (path: string, change: Partial<FetchLimits> = {}) =>
  fetchPublicUrl(base + path, { ...limits, ...change }, never, read);

describe('fetchPublicUrl', () => {
  it('hands over bytes and type, over redirects', async () => {
    expect(await fetched('/hop')).toEqual({ text: 'bytes', contentType: 'image/png' });
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

  it('hands over each part as it comes, and holds none of them', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    slow = (response) => {
      response.write('first,');
      void arrived.then(() => response.end('second'));
    };
    const parts = await fetchPublicUrl(`${base}/slow`, limits, never, async ({ source }) => {
      const seen: string[] = [];
      for await (const part of source) {
        seen.push(String(part));
        arrive();
      }
      return seen;
    });
    expect(parts).toEqual(['first,', 'second']);
  });

  it.each([
    ['breaks off', {}, "can't be fetched"],
    ['stops in the middle', { seconds: 0.3 }, 'within 0.3 s'],
  ])('says of a server that %s that it may be tried again', async (how, change, words) => {
    slow = (response) => {
      response.write('first,', () => {
        if (how === 'breaks off') response.destroy();
      });
    };
    await expect(fetched('/slow', change)).rejects.toMatchObject({
      code: 'url_unreachable',
      retryable: true,
      message: expect.stringContaining(words) as unknown,
    });
  });

  it('passes on what its reader throws', async () => {
    const full = new Error('no space left');
    await expect(fetchPublicUrl(`${base}/file`, limits, never, () => Promise.reject(full))).rejects.toBe(full);
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
    await expect(fetchPublicUrl(`http://${host}:1/`, { ...limits, allowed: [] }, never, read)).rejects.toMatchObject({
      code: 'url_refused',
    });
  });
});
