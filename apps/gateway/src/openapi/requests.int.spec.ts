import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { objectKeys, readResult } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';
import { Deliveries } from '../webhooks/deliveries.ts';
import { SecretBox } from '../webhooks/secret-box.ts';
import { DocumentSchemas } from './document-schemas.fixture.ts';
import {
  madeRequests,
  operationsOf,
  usualRequest,
  type DescribedOperation,
  type MadeRequest,
  type RequestSources,
} from './made-request.fixture.ts';

const SECRET = 'a secret of the tests';
/** They take away what the others need. */
const LAST = [
  'deleteAsset',
  'deleteWebhookEndpoint',
  'revokeKey',
  'unshareGeneration',
  'endSession',
  'deleteGeneration',
];
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

const schemas = new DocumentSchemas();
const operations = operationsOf(schemas).sort((a, b) => LAST.indexOf(a.name) - LAST.indexOf(b.name));
const statuses = new Set<number>();
let backends: Backends;
let gateway: TestGateway;
let sources: RequestSources;

/** The more an operation takes, the more is tried. */
function runsOf({ path, method }: DescribedOperation): number {
  const takes = (part: string) => schemas.at('paths', path, method, part) !== undefined;
  return takes('requestBody') ? 80 : takes('parameters') ? 30 : 4;
}

/** What an answer has that the document does not say. */
async function faultsOf({ path, method }: DescribedOperation, response: Response): Promise<string[]> {
  const at = ['paths', path, method, 'responses', String(response.status)];
  const described = schemas.at(...at);
  const text = await response.text();
  if (described === undefined) return [`${response.status} is not described: ${text.slice(0, 300)}`];
  const headers = Object.keys(described['headers'] ?? {}).filter((name) => MUST.has(name));
  const missing = headers.filter((name) => !response.headers.has(name)).map((name) => `the header ${name} is missing`);
  const content = described['content'] as Record<string, { schema?: object }> | undefined;
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (content === undefined) return text === '' ? missing : [...missing, `there is a body: ${text.slice(0, 300)}`];
  const form = content[type];
  if (form === undefined) return [...missing, `the content type "${type}" is not described`];
  if (form.schema === undefined) return missing;
  const values = type === 'text/event-stream' ? eventsOf(text) : [JSON.parse(text) as unknown];
  return [...missing, ...values.flatMap((value) => schemas.faults(value, ...at, 'content', type, 'schema'))];
}

/** What a body has that the document does not allow. Which URLs there are, browsers and RFC 3986 see differently. */
function bodyFaults({ path, method }: DescribedOperation, { headers, body }: MadeRequest): string[] {
  if (headers['content-type'] !== 'application/json' || typeof body !== 'string' || body === '') return [];
  const at = ['paths', path, method, 'requestBody', 'content', 'application/json', 'schema'];
  return schemas.faults(JSON.parse(body), ...at).filter((fault) => !fault.includes('format "uri"'));
}

const MUST = new Set(['x-request-id', 'location', 'etag', 'content-range', 'retry-after']);

const eventsOf = (text: string) =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, content]) => JSON.parse(content!) as unknown);

async function send({ path, method, headers, body }: MadeRequest): Promise<Response> {
  const init = { method: method.toUpperCase(), headers, redirect: 'manual' as const };
  return fetch(gateway.url(path), body === undefined ? init : { ...init, body });
}

/** A generation that has ended with one picture. */
async function makePicture(): Promise<string> {
  const id = await gateway.accept({ ...PICTURE, webhook: { url: 'https://example.com/hooks' } });
  const key = objectKeys.output(id, 1, 1, 'token', 'image.png');
  await backends.store.put(key, PIXEL, { contentType: 'image/png' });
  const sha256 = createHash('sha256').update(PIXEL).digest('hex');
  const file = { key, sha256, bytes: PIXEL.byteLength, content_type: 'image/png', width: 1, height: 1 };
  await backends.commit(id, { status: 'succeeded', outputs: [{ type: 'image', role: 'primary', sample: 0, ...file }] });
  return id;
}

const sendFile = (body: Uint8Array<ArrayBuffer>) =>
  gateway.call('/v1/assets', { method: 'POST', body, headers: { 'content-type': 'image/png' } });

async function makeDelivery(generation: string): Promise<string> {
  const result = (await readResult(backends.store, generation))!;
  const deliveries = new Deliveries(backends.store, new SecretBox(SECRET));
  return (await deliveries.open(result, 0, result.request.webhooks!.list[0]!))!.value.id;
}

async function makeUpload(content: Uint8Array<ArrayBuffer>): Promise<{ id: string; upload: { url: string } }> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const json = { content_type: 'image/png', bytes: content.byteLength, sha256 };
  return (await gateway.json<{ id: string; upload: { url: string } }>('/v1/assets/uploads', { json })).body;
}

/** What there is, so that requests find something. */
async function prepare(): Promise<RequestSources> {
  const made = async (path: string, json?: unknown) =>
    (await gateway.json<{ id: string; key: string; url: string }>(path, { method: 'POST', json })).body;
  const [succeeded, queued, canceled, deleted] = [
    await makePicture(),
    await gateway.accept(),
    await gateway.accept(),
    await gateway.accept(),
  ];
  await gateway.call(`/v1/generations/${canceled}/cancel`, { method: 'POST' });
  await gateway.call(`/v1/generations/${deleted}`, { method: 'DELETE' });
  const file = new Uint8Array(PIXEL);
  const { id: asset } = (await (await sendFile(file)).json()) as { id: string };
  const other = new Uint8Array([...PIXEL, 0]);
  const upload = await makeUpload(other);
  await send({ path: upload.upload.url, method: 'put', headers: { 'content-type': 'image/png' }, body: other });
  const { url: shared } = await made(`/v1/generations/${succeeded}/share`);
  const endpoint = await made('/v1/webhooks/endpoints', { url: 'https://example.com/hooks' });
  const reader = await made('/v1/admin/keys', { name: 'reader', scopes: ['read'] });
  const spare = await made('/v1/admin/keys', { name: 'spare' });
  const generated = `ast_${succeeded.slice(4)}00`;
  const unused = (await (await sendFile(new Uint8Array([...PIXEL, 0, 0]))).json()) as { id: string };
  const page = await gateway.json<{ next_cursor: string }>('/v1/generations?limit=1');
  const begun = await makeUpload(new Uint8Array([...file, 0, 0, 0]));
  const { outputs } = (await gateway.json<{ outputs: { url: string }[] }>(`/v1/generations/${succeeded}`)).body;
  return {
    schemas,
    file,
    keys: [gateway.key, reader.key, 'mdl_unknown'],
    parameters: {
      GenerationId: [succeeded, queued, canceled, deleted],
      'GenerationId of followGeneration': [succeeded, canceled, deleted],
      OutputIndex: ['0', '1', '9999'],
      AssetId: [asset, generated],
      'AssetId of downloadAsset': [generated, asset],
      'AssetId of deleteAsset': [unused.id, asset, generated],
      UploadId: [upload.id],
      ModelName: ['tiny-codi', 'picturebook'],
      EndpointId: [endpoint.id, 'default'],
      DeliveryId: [await makeDelivery(succeeded)],
      KeyId: [spare.id, reader.id],
      ShareToken: [shared.split('/').at(-1)!],
    },
    fields: {
      asset: [asset, generated],
      data: [`data:image/png;base64,${PIXEL.toString('base64')}`],
      model: ['tiny-codi'],
      key: [gateway.key, reader.key],
      text: ['a dog'],
      negative: ['a cat'],
      sampler: ['ddim'],
      steps: [2],
      guidance: [1],
      samples: [1, 2],
      determinism: ['strict'],
      metadata: [{ order: '1234' }],
      'cursor of listGenerations': [page.body.next_cursor],
    },
    links: { putUpload: [begun.upload.url], downloadOutput: [outputs[0]!.url] },
  };
}

/** Where what the document shows is not what can be sent here. */
async function changesOf(name: string): Promise<Partial<MadeRequest>> {
  if (name === 'beginSession') return { body: '{}' };
  if (name !== 'putUpload') return {};
  return {
    path: (await makeUpload(new Uint8Array(PIXEL).with(-1, 1))).upload.url,
    body: new Uint8Array(PIXEL).with(-1, 1),
  };
}

beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends, { MEDLEY_SECRET: SECRET });
  sources = await prepare();
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

describe.each(operations)('$name', (operation) => {
  it('answers what the document shows', async () => {
    const response = await send({ ...usualRequest(operation, sources), ...(await changesOf(operation.name)) });
    expect([response.status, await faultsOf(operation, response.clone())]).toEqual([expect.any(Number), []]);
    expect(response.ok).toBe(true);
  });

  const runs = runsOf(operation);
  it(`answers ${runs} requests that are made up, right ones and wrong ones, as the document says`, async () => {
    const answersAsDescribed = async (request: MadeRequest) => {
      const response = await send(request);
      statuses.add(response.status);
      const faults = await faultsOf(operation, response);
      if (response.ok) faults.push(...bodyFaults(operation, request));
      if (response.status >= 500) faults.push(`it is a fault of the service: ${response.status}`);
      expect(faults).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(madeRequests(operation, sources), answersAsDescribed), { numRuns: runs });
  });
});

it('the requests were of every sort, and nothing of that is an error in the log', () => {
  expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 201, 202, 204, 400, 401, 403, 404, 410, 415, 422]));
  expect(gateway.logs.filter(({ level }) => level === 'error')).toEqual([]);
});
