import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { objectKeys, readResult } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';

const GIF = Buffer.from('GIF89a\x01\x00\x01\x00');

let backends: Backends;
let gateway: TestGateway;
let server: Server;
let base: string;
let asked = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/dog.gif') {
      asked += 1;
      response.setHeader('content-type', 'image/gif').end(GIF);
    } else if (request.url === '/words') response.setHeader('content-type', 'image/png').end('no picture');
    else if (request.url === '/silent')
      return; // No answer ever comes.
    else if (request.url === '/large') response.end(Buffer.alloc(5_000));
    else if (request.url === '/inside') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  backends = await Backends.start();
  gateway = await TestGateway.start(backends, {
    GATEWAY_ROLES: 'api,ingest',
    MEDLEY_FETCH_ALLOW: '127.0.0.1',
    MEDLEY_ASSET_BYTES: '4000',
  });
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
  server.close();
  server.closeAllConnections();
});

const from = (url: string, type = 'image') => ({ ...PICTURE, conditions: [{ type, url }] });

/** Follows the events until one of that type comes. */
async function until(id: string, type: string): Promise<void> {
  for await (const entry of backends.ports.events.follow(id, { signal: AbortSignal.timeout(20_000) }))
    if ('event' in entry && entry.event.type === type) return;
}

describe('a condition given by URL', () => {
  it('is fetched, stored as an asset of the key and pinned; then its encode job may start', async () => {
    const id = await gateway.accept(from(`${base}/dog.gif`));
    const request = (await backends.openRequest(id))!;
    await until(id, 'fetching');
    const encode = backends.queue.processor({
      stage: 'encode',
      queue: `encode.tiny-codi.${request.bundle.digest.slice(0, 8)}`,
      concurrency: 1,
      handler: async ({ payload }) => {
        await backends.ports.events.append(payload.generation, 1, {
          type: 'stage',
          stage: 'encode',
          state: 'started',
          role: 0,
        });
      },
      observer: { started() {}, ended() {}, stalled() {}, failed() {}, troubled() {} },
    });
    await until(id, 'stage');
    const state = (await backends.ports.live.read(id))!;
    expect(state.assets['0']).toMatchObject({ content_type: 'image/gif', bytes: GIF.byteLength });
    expect(await backends.keys(objectKeys.inputPrefix(id))).toEqual([objectKeys.input(id, 0)]);
    expect(await backends.keys(`assets/${request.owner}/`)).toHaveLength(1);
    await encode.stop();
    await encode.drain(AbortSignal.abort());
    await encode.close();
  });

  it('stays what it was when the generation starts anew', async () => {
    const id = await gateway.accept(from(`${base}/nothing`));
    const request = (await backends.openRequest(id))!;
    await until(id, 'failed'); // There is nothing at that address.
    const pinned = { id: `ast_${'1'.repeat(26)}`, content_type: 'image/gif', sha256: 'a', bytes: 1 };
    const before = asked;
    const again = {
      ...request,
      id: 'gen_'.padEnd(30, '1'),
      conditions: [{ type: 'image' as const, url: `${base}/dog.gif`, weight: 1 }],
    };
    await backends.store.put(objectKeys.input(again.id, 0), Buffer.from(JSON.stringify(pinned)), {
      contentType: 'application/json',
    });
    await backends.ports.live.create(again, 2);
    await backends.ports.queue.addEncodeFlow(again, 2, 1);
    await until(again.id, 'fetching');
    for await (const state of states(again.id)) if (state.assets['0'] !== undefined) break;
    expect((await backends.ports.live.read(again.id))!.assets['0']).toEqual(pinned);
    expect(asked).toBe(before);
  });

  it.each([
    ['a private address', 'http://10.0.0.1/dog.gif', 'url_refused', '10.0.0.1 is not a public address'],
    ['a redirect inwards', () => `${base}/inside`, 'url_refused', '169.254.169.254'],
    ['words called a picture', () => `${base}/words`, 'media_undecodable', 'declared image/png'],
    ['too many bytes', () => `${base}/large`, 'media_too_large', '4000 bytes'],
    ['nothing', () => `${base}/nothing`, 'url_unreachable', '404'],
  ])('that is %s fails the generation in words', async (_name, url, code, words) => {
    const id = await gateway.accept(from(typeof url === 'string' ? url : url()));
    await until(id, 'failed');
    const { error } = (await readResult(backends.store, id))!;
    expect(error).toMatchObject({ code, pointer: '/conditions/0/url' });
    expect(error!.message).toContain(words);
  });

  it('that does not answer within the deadline of the request fails the generation', async () => {
    const id = await gateway.accept({ ...from(`${base}/silent`), deadline_seconds: 0.5 });
    await until(id, 'failed');
    expect((await readResult(backends.store, id))!.error).toEqual({
      code: 'deadline_exceeded',
      message: 'deadline_seconds is 0.5; it passed before the generation was done',
    });
  });

  it('of another modality fails the generation', async () => {
    const id = await gateway.accept(from(`${base}/dog.gif`, 'audio'));
    await until(id, 'failed');
    expect((await readResult(backends.store, id))!.error).toEqual({
      code: 'media_type_mismatch',
      message: 'conditions[0] is of type audio, the file at its url is image/gif',
      pointer: '/conditions/0/url',
    });
  });
});

async function* states(id: string) {
  for (;;) yield (await backends.ports.live.read(id))!;
}
