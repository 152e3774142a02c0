import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MedleyClient, type Generation } from '@medley/client';
import { JobStore, type Jobs } from './job-store.ts';

const CREATED = '2026-01-01T00:00:00.000Z';
const frame = (event: string, json: object) => `event: ${event}\ndata: ${JSON.stringify(json)}\n\n`;

/** Answers for one generation, whose events come when the test says so. */
let server: Server;
let store: JobStore;
let status: Generation['status'];
let begin: PromiseWithResolvers<(events: string) => void>;

beforeEach(async () => {
  status = 'diffusing';
  begin = Promise.withResolvers();
  server = createServer((request, response) => {
    if (request.method === 'DELETE') return response.writeHead(204).end();
    if (request.url === '/v1/generations/gen_1')
      return response.end(JSON.stringify({ id: 'gen_1', status, created_at: CREATED }));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    return begin.resolve((events) => response.write(events));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  store = new JobStore(new MedleyClient({ url }), () => undefined);
});
afterEach(async () => {
  store.watch(undefined);
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

/** Resolves once the store says so; the test's own time-out is the limit. */
function until(holds: (jobs: Jobs) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = store.subscribe(() => {
      if (!holds(store.read())) return;
      unsubscribe();
      resolve();
    });
  });
}

async function watchUntilPreview(): Promise<(events: string) => void> {
  const previewed = until(({ live }) => live.get('gen_1')?.previews.image !== undefined);
  store.watch('gen_1');
  const send = await begin.promise;
  send(frame('preview', { output: 'image', sample: 0, step: 1, image: 'data:image/webp;base64,' }));
  await previewed;
  return send;
}

describe('what the events of a generation told', () => {
  const forgotten = () => until(({ live }) => live.size === 0);

  it('is forgotten when it has ended, and not before its result is there', async () => {
    const send = await watchUntilPreview();
    let early = false;
    const unsubscribe = store.subscribe(() => {
      const { live, list } = store.read();
      if (live.size === 0 && list[0]?.status !== 'succeeded') early = true;
    });
    status = 'succeeded';
    const gone = forgotten();
    send(frame('succeeded', {}));
    await gone;
    unsubscribe();
    expect(early).toBe(false);
  });

  it('is forgotten when another one is watched', async () => {
    await watchUntilPreview();
    const gone = forgotten();
    store.watch(undefined);
    await gone;
  });

  it('is forgotten when it is deleted', async () => {
    await watchUntilPreview();
    await store.delete('gen_1');
    expect([store.read().live.size, store.read().list]).toEqual([0, []]);
  });
});
