import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Backends, TestGateway } from '../gateway.fixture.ts';
import { PageFiles } from './page-files.ts';

const INDEX = '<!doctype html><title>a page</title>';
const SCRIPT = 'console.log("a script")';

let folder: string;
let backends: Backends;
let gateway: TestGateway;
let bare: TestGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), INDEX);
  const script = join(folder, 'assets', 'index-a1b2.js');
  await writeFile(script, SCRIPT);
  await writeFile(`${script}.br`, brotliCompressSync(SCRIPT));
  await writeFile(`${script}.gz`, gzipSync(SCRIPT));
  await writeFile(join(folder, 'assets', 'type-c3d4.woff2'), 'a font');
  backends = await Backends.start();
  gateway = await TestGateway.start(backends, { MEDLEY_PAGE: folder });
  bare = await TestGateway.start(backends);
});
afterAll(async () => {
  await gateway?.close();
  await bare?.close();
  await backends?.close();
  await rm(folder, { recursive: true });
});

/** As a browser sees it that has no key; fetch would decode the body. */
async function get(path: string, headers: Record<string, string> = {}, from = gateway) {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    request(from.url(path), { headers }, resolve).once('error', reject).end(),
  );
  const body = Buffer.concat(await response.toArray());
  return { status: response.statusCode, headers: response.headers, body };
}

describe('the page', () => {
  it('is at / for whoever comes, may load nothing from elsewhere, and is asked for anew each time', async () => {
    const { status, headers, body } = await get('/');
    expect([status, body.toString()]).toEqual([200, INDEX]);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    const again = await get('/', { 'if-none-match': String(headers.etag) });
    expect([again.status, again.body.byteLength]).toEqual([304, 0]);
  });

  it('has files that are kept for ever, each in the coding that the browser takes', async () => {
    const path = '/assets/index-a1b2.js';
    const small = await get(path, { 'accept-encoding': 'gzip, br' });
    expect(small.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(brotliDecompressSync(small.body).toString()).toBe(SCRIPT);
    expect((await get(path, { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip');
    const plain = await get(path);
    expect([plain.headers['content-encoding'], plain.body.toString()]).toEqual([undefined, SCRIPT]);
    expect(plain.headers.etag).not.toBe(small.headers.etag);
    const font = await get('/assets/type-c3d4.woff2', { 'accept-encoding': 'br' });
    expect([font.headers['content-type'], font.headers['content-encoding']]).toEqual(['font/woff2', undefined]);
  });

  it.each(['/assets/nothing.js', '/assets/index-a1b2.js.br', '/assets/..%2Findex.html', '/page', '/index.html'])(
    'answers %s with a problem: it has no such file',
    async (path) => {
      const { status, body } = await get(path);
      expect([status, JSON.parse(body.toString())]).toEqual([404, expect.objectContaining({ code: 'not_found' })]);
    },
  );

  it('takes other methods with 405', async () => {
    expect((await gateway.json('/', { method: 'POST', json: {} })).status).toBe(405);
  });

  it('shows a shared result to browsers, with the status of the link, and JSON to everyone else', async () => {
    const html = await get('/s/nothing', { accept: 'text/html,*/*;q=0.8' });
    expect([html.status, html.body.toString()]).toEqual([404, INDEX]);
    expect(html.headers).toMatchObject({ vary: 'accept, accept-encoding', 'x-robots-tag': 'noindex' });
    const json = await get('/s/nothing', { accept: '*/*' });
    expect([json.status, json.headers['content-type'], json.headers.vary]).toEqual([
      404,
      expect.stringContaining('application/problem+json'),
      'accept',
    ]);
  });

  it('is not there where none is named; shared results are JSON then', async () => {
    const { status, body } = await get('/', {}, bare);
    expect([status, JSON.parse(body.toString())]).toEqual([
      404,
      expect.objectContaining({ detail: expect.stringContaining('MEDLEY_PAGE is not set') }),
    ]);
    expect((await get('/s/nothing', { accept: 'text/html' }, bare)).headers['content-type']).toContain('problem+json');
  });

  it('that was not built keeps the gateway from starting', async () => {
    await expect(PageFiles.load('/nowhere')).rejects.toThrow(
      'MEDLEY_PAGE is /nowhere, which holds no built page: ENOENT',
    );
  });
});
