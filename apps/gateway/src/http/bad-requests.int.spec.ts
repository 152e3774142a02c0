import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { deflateSync } from 'node:zlib';
import { newApiKey } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';
import { JSON_BODY_BYTES } from './body-parsers.ts';

let backends: Backends;
let gateway: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends, { MEDLEY_ASSET_BYTES: '100000' });
});
afterAll(async () => {
  const { status } = await gateway.json('/readyz');
  expect(status).toBe(200);
  expect(gateway.logs.filter(({ level }) => level === 'error')).toEqual([]);
  await gateway.close();
  await backends.close();
});

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  pointer?: string;
}

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = (await response.json()) as Problem;
  expect(problem).toMatchObject({ status: response.status, type: `urn:medley:error:${problem.code}` });
  expect(problem.title).not.toBe('');
  return problem;
}

const inline = (type: string, bytes: Uint8Array, declared: string) => ({
  ...PICTURE,
  conditions: [{ type, data: `data:${declared};base64,${Buffer.from(bytes).toString('base64')}` }],
});
const text = (fields: object) => ({ ...PICTURE, conditions: [{ type: 'text', text: 'a dog', ...fields }] });
const output = (fields: object) => ({ ...PICTURE, outputs: [{ type: 'image', ...fields }] });

/** A PNG's signature and header; the pixels are missing. */
function pngHeader(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(25);
  header.writeUInt32BE(13);
  header.write('IHDR', 4);
  header.writeUInt32BE(width, 8);
  header.writeUInt32BE(height, 12);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), header, deflateSync(Buffer.alloc(100))]);
}

const WORDS = Buffer.from('this is no picture at all');
const WAV = Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1');

describe('a body that is wrong is a problem with a pointer, the value and the limit', () => {
  it.each<[string, unknown, number, string, string, string]>([
    ['no object', ['x'], 400, 'invalid_request', '', 'a list of 1'],
    ['an unknown modality', text({ type: 'smell' }), 400, 'invalid_request', '/conditions/0/type', '"smell"'],
    ['an unknown output', output({ type: 'hologram' }), 400, 'invalid_request', '/outputs/0/type', "'video'"],
    ['an unknown field', { ...PICTURE, colour: 'red' }, 400, 'invalid_request', '/colour', 'colour'],
    ['an unknown field inside', text({ wait: 1 }), 400, 'invalid_request', '/conditions/0/wait', 'conditions[0].wait'],
    ['no conditions', { ...PICTURE, conditions: [] }, 400, 'invalid_request', '/conditions', '>=1'],
    ['conditions missing', { outputs: PICTURE.outputs }, 400, 'invalid_request', '/conditions', 'missing'],
    ['no outputs', { ...PICTURE, outputs: [] }, 400, 'invalid_request', '/outputs', '>=1'],
    ['all weights zero', text({ weight: 0 }), 400, 'invalid_request', '/conditions', 'all 0'],
    ['a weight of null, as NaN is sent', text({ weight: NaN }), 400, 'invalid_request', '/conditions/0/weight', 'null'],
    ['a weight that is a word', text({ weight: '1' }), 400, 'invalid_request', '/conditions/0/weight', '"1"'],
    ['a weight below zero', text({ weight: -1 }), 400, 'invalid_request', '/conditions/0/weight', '-1'],
    ['an empty text', text({ text: '' }), 400, 'invalid_request', '/conditions/0/text', '>=1'],
    ['a long text', text({ text: 'x'.repeat(2001) }), 400, 'invalid_request', '/conditions/0/text', '<=2000'],
    ['steps 0', { ...PICTURE, steps: 0 }, 400, 'invalid_request', '/steps', '>=1'],
    ['steps 10,000', { ...PICTURE, steps: 10_000 }, 422, 'unsupported_by_bundle', '/steps', '1 to 250'],
    ['half a step', { ...PICTURE, steps: 1.5 }, 400, 'invalid_request', '/steps', '1.5'],
    ['a huge seed', { ...PICTURE, seed: 1e300 }, 400, 'invalid_request', '/seed', '1e+300'],
    ['too much guidance', { ...PICTURE, guidance: 31 }, 422, 'unsupported_by_bundle', '/guidance', '0 to 30'],
    [
      'an output twice',
      { ...PICTURE, outputs: [{ type: 'image' }, { type: 'image' }] },
      400,
      'invalid_request',
      '/outputs/1/type',
      'outputs[0] already',
    ],
    ['an unknown sampler', { ...PICTURE, sampler: 'magic' }, 400, 'invalid_request', '/sampler', '"magic"'],
    ['a foreign sampler', { ...PICTURE, sampler: 'flow_euler' }, 422, 'unsupported_by_bundle', '/sampler', 'dpmpp_2m'],
    ['no such model', { ...PICTURE, model: 'nothing' }, 422, 'model_not_found', '/model', 'tiny-codi'],
    ['an odd size', output({ width: 63 }), 422, 'unsupported_by_bundle', '/outputs/0/width', '63'],
    ['another format', output({ format: 'bmp' }), 400, 'invalid_request', '/outputs/0/format', '"webp"'],
    ['nine samples', { ...PICTURE, samples: 9 }, 400, 'invalid_request', '/samples', '<=8'],
    ['a deadline in the past', { ...PICTURE, deadline_seconds: 0 }, 400, 'invalid_request', '/deadline_seconds', '>0'],
    ['numbers as metadata', { ...PICTURE, metadata: { a: 1 } }, 400, 'invalid_request', '/metadata/a', '1'],
    ['no source', { ...PICTURE, conditions: [{ type: 'image' }] }, 400, 'invalid_request', '/conditions/0', 'none'],
    [
      'a file: URL',
      { ...PICTURE, conditions: [{ type: 'image', url: 'file:///etc/passwd' }] },
      400,
      'invalid_request',
      '/conditions/0/url',
      'file:///etc/passwd',
    ],
    [
      'an asset that is not there',
      { ...PICTURE, conditions: [{ type: 'image', asset: `ast_${'0'.repeat(26)}` }] },
      422,
      'asset_not_found',
      '/conditions/0/asset',
      `ast_${'0'.repeat(26)}`,
    ],
    [
      'words called a picture',
      inline('image', WORDS, 'image/png'),
      422,
      'media_undecodable',
      '/conditions/0/data',
      'PNG',
    ],
    [
      'a sound of 0 bytes',
      inline('audio', Buffer.alloc(0), 'audio/wav'),
      422,
      'media_undecodable',
      '/conditions/0/data',
      '0 bytes',
    ],
    [
      'a sound called a picture',
      inline('image', WAV, 'image/png'),
      422,
      'media_type_mismatch',
      '/conditions/0/data',
      'audio/wav',
    ],
    [
      'a sound as a picture',
      inline('image', WAV, 'audio/wav'),
      422,
      'media_type_mismatch',
      '/conditions/0/data',
      'audio/wav',
    ],
    [
      'a picture of 30,000 × 30,000',
      inline('image', pngHeader(30_000, 30_000), 'image/png'),
      422,
      'media_too_large',
      '/conditions/0/data',
      '30000 × 30000',
    ],
  ])('%s', async (_name, json, status, code, pointer, words) => {
    const problem = await problemOf(await gateway.call('/v1/generations', { json }));
    expect(problem).toMatchObject({ status, code, pointer });
    expect(problem.detail).toContain(words);
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"conditions":'],
    ['NaN', '{"conditions":[{"type":"text","text":"a","weight":NaN}],"outputs":[]}'],
    ['a number beyond all', '{"conditions":[{"type":"text","text":"a","weight":1e999}],"outputs":[{"type":"image"}]}'],
    ['__proto__', '{"__proto__":{"a":1}}'],
    ['constructor', '{"constructor":{"prototype":{"a":1}}}'],
    ['a million brackets', `{"conditions":${'['.repeat(1e6)}${']'.repeat(1e6)}}`],
    ['two million braces', `${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)}`],
  ])('%s', async (_name, body) => {
    const headers = { 'content-type': 'application/json' };
    const response = await gateway.call('/v1/generations', { method: 'POST', headers, body });
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('an asset of another key', async () => {
    const other = await TestGateway.start(backends);
    const headers = { 'content-type': 'audio/wav' };
    const asset = await other.json<{ id: string }>('/v1/assets', { method: 'POST', headers, body: WAV });
    expect(asset.status).toBe(201);
    const json = { ...PICTURE, conditions: [{ type: 'audio', asset: asset.body.id }] };
    expect(await problemOf(await gateway.call('/v1/generations', { json }))).toMatchObject({
      code: 'asset_not_found',
      pointer: '/conditions/0/asset',
    });
    expect((await gateway.call(`/v1/assets/${asset.body.id}`)).status).toBe(404);
    await other.close();
  });
});

describe('a request that is wrong is a problem', () => {
  const send = (path: string, init: Parameters<TestGateway['call']>[1]) => gateway.call(path, init);

  it.each([
    [404, 'not_found', '/v1/nothing', {}],
    [404, 'not_found', '/v1/generations/gen_0', {}],
    [404, 'not_found', `/v1/generations/${'x'.repeat(90)}`, {}],
    [404, 'not_found', '/v1/assets/..%2f..%2fkeys', {}],
    [404, 'not_found', '/v1/models/nothing', {}],
    [404, 'not_found', '/v1/generations/gen_0/outputs/0', {}],
    [400, 'invalid_request', '/%zz', {}],
    [400, 'invalid_request', '/v1/generations?limit=0', {}],
    [400, 'invalid_request', '/v1/generations?limit=1&limit=2', {}],
    [400, 'invalid_request', '/v1/generations?status=odd', {}],
    [400, 'invalid_request', '/v1/generations?cursor=odd', {}],
    [400, 'invalid_request', '/v1/generations', { json: PICTURE, headers: { 'idempotency-key': 'with a space' } }],
    [401, 'unauthorized', '/v1/generations', { headers: { authorization: '' } }],
    [401, 'unauthorized', '/v1/generations', { headers: { authorization: `Bearer ${newApiKey()}` } }],
    [413, 'payload_too_large', '/v1/generations', { json: 'x'.repeat(JSON_BODY_BYTES) }],
    [413, 'payload_too_large', '/v1/assets', media('image/png', Buffer.alloc(100_001))],
    [415, 'unsupported_media_type', '/v1/generations', media('text/plain', WORDS)],
    [415, 'unsupported_media_type', '/v1/generations', media('image/png', WORDS)],
    [415, 'unsupported_media_type', '/v1/generations', media('application/x-www-form-urlencoded', WORDS)],
    [415, 'unsupported_media_type', '/v1/assets', { json: PICTURE }],
    [415, 'unsupported_media_type', '/v1/assets', media('image/svg', WORDS, { 'content-encoding': 'gzip' })],
    [422, 'media_undecodable', '/v1/assets', media('image/svg+xml', Buffer.from('<svg/>'))],
    [400, 'invalid_request', '/v1/assets', media('multipart/form-data; boundary=x', WORDS)],
    [415, 'unsupported_media_type', '/v1/assets', media('multipart/form-data', WORDS)],
    [400, 'invalid_request', '/v1/assets', { method: 'POST', body: form(['a', WAV], ['file', WAV]) }],
    [400, 'invalid_request', '/v1/assets', { method: 'POST', body: form(['file', WAV], ['file', WAV]) }],
    [400, 'invalid_request', '/v1/assets', { method: 'POST', body: form(['file', WAV], ['note', 'mine']) }],
    [400, 'invalid_request', '/v1/assets', { method: 'POST', body: form(['file', 'words']) }],
    [400, 'invalid_request', '/v1/assets', { method: 'POST', body: form() }],
    [413, 'payload_too_large', '/v1/assets', { method: 'POST', body: form(['file', Buffer.alloc(100_001)]) }],
  ])('%i %s at %s', async (status, code, path, init) => {
    expect(await problemOf(await send(path, init))).toMatchObject({ status, code });
  });

  it('a method that a path does not know is 405 with Allow; OPTIONS tells them', async () => {
    const put = await gateway.call('/v1/generations', { method: 'PUT', headers: { authorization: '' } });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD, OPTIONS']);
    expect((await problemOf(put)).code).toBe('method_not_allowed');
    const options = await gateway.call('/v1/models', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  it.each([
    ['400 Bad Request', 'the header Host is', 'POST /replicate/v1/predictions HTTP/1.1', 'host: a b'],
    ['400 Bad Request', 'the header Host is', 'POST /v1/session HTTP/1.1', 'origin: http://evil', 'host: %%'],
    ['400 Bad Request', 'the header Host is', 'GET /v1/generations HTTP/1.1', 'host: evil.example/x?'],
    ['400 Bad Request', 'the header Host is', 'GET /v1/generations HTTP/1.1', 'host: [::1'],
    ['400 Bad Request', 'the header Host is', 'GET /healthz HTTP/1.1', 'host: localhost:99999'],
    ['400 Bad Request', 'the header Host is missing', 'POST /v1/session HTTP/1.0', 'origin: http://evil'],
    ['200 OK', '', 'GET /healthz HTTP/1.0'],
    ['200 OK', '', 'GET /healthz HTTP/1.1', 'host: [::1]:8080'],
  ])('%s: %s %s %s %s', async (status, words, ...lines) => {
    const { hostname, port } = gateway.url('/');
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    const fields = ['connection: close', `authorization: Bearer ${gateway.key}`, 'content-length: 0'];
    socket.write([...lines, ...fields, '', ''].join('\r\n'));
    const answer = await textOf(socket);
    expect(answer.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
    expect(answer).toContain(words);
  });

  it('a HEAD has the fields of the GET and no body', async () => {
    const [head, get] = [await gateway.call('/v1/models', { method: 'HEAD' }), await gateway.call('/v1/models')];
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    expect(await head.text()).toBe('');
  });
});

function form(...parts: [name: string, value: string | Uint8Array<ArrayBuffer>][]): FormData {
  const sent = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') sent.append(name, value);
    else sent.append(name, new Blob([value]), 'a.wav');
  }
  return sent;
}

function media(type: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  return { method: 'POST', body, headers: { 'content-type': type, ...headers } };
}
