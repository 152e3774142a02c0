import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  MODALITIES,
  contentDigest,
  objectKeys,
  readResult,
  type Condition,
  type GenerationRequest,
} from '@medley/domain';
import { Pipeline, startWorker } from './worker.fixture.ts';
import type { AppProcess } from '@medley/testing';

jest.setTimeout(60_000);

let pipeline: Pipeline;
let worker: AppProcess;

beforeAll(async () => {
  pipeline = await Pipeline.start();
  worker = await startWorker(pipeline);
});
afterAll(async () => {
  await worker.end('SIGKILL');
  await pipeline.close();
});

const length = (values: Float32Array) => Math.hypot(...values);
const resultOf = (request: GenerationRequest) => readResult(pipeline.storage.store, request.id);

async function encode(conditions: Condition[], overrides: Partial<GenerationRequest> = {}) {
  const request = await pipeline.accept({ conditions, ...overrides });
  const jobs = conditions.length + (overrides.negative === undefined ? 0 : 1);
  const events = await pipeline.encoded(request, jobs);
  return { request, events };
}

describe('encoder worker', () => {
  it('encodes conditions of every modality and the negative prompt, each to a unit vector of its own', async () => {
    const text: Condition = { type: 'text', text: 'a dog', weight: 1 };
    const files = await Promise.all((['image', 'audio', 'video'] as const).map((type) => pipeline.file(type)));
    const { request, events } = await encode([text, ...files], { negative: 'a cat' });
    const embeddings = Object.values(await pipeline.embeddings(request));
    expect(embeddings).toHaveLength(MODALITIES.length + 1);
    for (const embedding of embeddings) expect(length(embedding)).toBeCloseTo(1, 3);
    expect(new Set(embeddings.map((embedding) => embedding[0]!.toFixed(5))).size).toBe(embeddings.length);
    const state = (await pipeline.ports.live.read(request.id))!;
    expect(state.status).toBe('encoding');
    expect(state.timings['encode_completed']).toBeGreaterThanOrEqual(state.timings['encode_started']!);
    for (const role of [0, 1, 2, 3, 4]) {
      const states = events.flatMap((event) => (event.type === 'stage' && event.role === role ? [event.state] : []));
      expect(states).toEqual(['started', 'completed']);
    }
    expect(pipeline.fetched).toEqual([]);
    expect((await pipeline.storage.store.list(objectKeys.tensorPrefix(request.id), { limit: 1 })).keys).toEqual([]);
  });

  it('serves and stores embeddings that are too large to lie in their references', async () => {
    await worker.end('SIGTERM');
    worker = await startWorker(pipeline, { MEDLEY_INLINE_BYTES: '255' });
    const { request } = await encode([{ type: 'text', text: 'a dog', weight: 1 }]);
    await pipeline.embeddings(request);
    expect(pipeline.fetched.splice(0)).toEqual([expect.objectContaining({ source: 'peer', bytes: 256 })]);
    const [reference] = Object.values((await pipeline.ports.live.read(request.id))!.embeddings);
    expect(await pipeline.storage.store.head(objectKeys.tensor(request.id, reference!.digest))).toBeDefined();
    await worker.end('SIGTERM');
    worker = await startWorker(pipeline);
  });

  it('computes the same content of an owner once, in memory and after a restart', async () => {
    const file = await pipeline.file('image', 3);
    const first = await encode([file]);
    const computed = await worker.count('embeddings_total', 'source="computed"');
    const second = await encode([file]);
    expect(await worker.count('embeddings_total', 'source="computed"')).toBe(computed);
    const stranger = await pipeline.accept({
      conditions: [{ type: 'text', text: 'a dog', weight: 1 }],
      owner: 'key_b',
    });
    await pipeline.encoded(stranger);
    expect(await worker.count('embeddings_total', 'source="computed"')).toBe(computed + 1);

    expect(await worker.end('SIGTERM')).toBe(0);
    worker = await startWorker(pipeline);
    const third = await encode([file]);
    expect(await worker.count('embeddings_total', 'source="object"')).toBe(1);
    expect(await worker.count('embeddings_total', 'source="computed"')).toBe(0);
    const [a, b, c] = await Promise.all([first, second, third].map(({ request }) => pipeline.embeddings(request)));
    expect(b).toEqual(a);
    expect(c).toEqual(a);
  });

  it('computes anew what was damaged in the cache', async () => {
    const condition = await pipeline.file('image', 9);
    const whole = await encode([condition]);
    const key = objectKeys.embedding('key_a', pipeline.bundle.digest, contentDigest('image', condition.asset.sha256));
    const { head, body } = (await pipeline.storage.store.get(key))!;
    const { contentType, metadata } = head;
    await pipeline.storage.store.put(key, Buffer.alloc(body.byteLength, 1), { contentType, metadata });
    await worker.end('SIGTERM');
    worker = await startWorker(pipeline);
    const again = await encode([condition]);
    expect(await pipeline.embeddings(again.request)).toEqual(await pipeline.embeddings(whole.request));
    expect(Buffer.from((await pipeline.storage.store.get(key))!.body).equals(body)).toBe(true);
  });

  it('keeps what it made of a text in memory, not in storage', async () => {
    const condition: Condition = { type: 'text', text: 'said twice', weight: 1 };
    const first = await encode([condition]);
    const remembered = await worker.count('embeddings_total', 'modality="text",source="memory"');
    const second = await encode([condition]);
    expect(await worker.count('embeddings_total', 'modality="text",source="memory"')).toBe(remembered + 1);
    expect(await pipeline.embeddings(second.request)).toEqual(await pipeline.embeddings(first.request));
    const key = objectKeys.embedding('key_a', pipeline.bundle.digest, contentDigest('text', 'said twice'));
    expect(await pipeline.storage.store.head(key)).toBeUndefined();
  });

  it('encodes the file that ingest stored for a URL, and leaves alone what ingest did not bring', async () => {
    const conditions: Condition[] = [
      { type: 'audio', url: 'https://example.com/a.flac', weight: 1 },
      { type: 'text', text: 'a dog', weight: 1 },
    ];
    const file = await pipeline.file('audio', 5);
    const direct = await encode([file]);
    pipeline.ingested = file.asset;
    const { request } = await encode(conditions);
    expect((await pipeline.embeddings(request))['0']).toEqual((await pipeline.embeddings(direct.request))['0']);
    pipeline.ingested = undefined;
    const without = await pipeline.accept({ conditions });
    await pipeline.encoded(without);
    expect(Object.keys(await pipeline.embeddings(without))).toEqual(['1']);
  });

  it('changes nothing when a job runs again', async () => {
    const { request } = await encode([await pipeline.file('image')]);
    const before = await pipeline.ports.live.read(request.id);
    const state = async () =>
      [...(await pipeline.ports.queue.jobStates(request, 1)).values()].find(({ stage }) => stage === 'encode')?.state;
    let seen = await state();
    while (seen === 'live') seen = await state(); // its event comes before its end is written
    expect(seen).toBe('completed');
    await pipeline.ports.queue.removeJobs(request, 1);
    await pipeline.ports.queue.addEncodeFlow(request, 1, 5);
    await pipeline.encoded(await pipeline.accept());
    expect(await pipeline.ports.live.read(request.id)).toEqual({ ...before, elapsed: expect.any(Number) });
  });

  it.each([
    [
      'a text called .png',
      'image',
      () => Buffer.from('this is not a picture'),
      'media_undecodable',
      'the file of 21 bytes is none of JPEG, PNG, WebP, GIF, WAV, FLAC, MP3, Ogg, MP4, WebM',
    ],
    [
      'a damaged picture',
      'image',
      () => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100)]),
      'media_undecodable',
      /^the picture can't be decoded, it may be cut off or damaged/,
    ],
    [
      'a picture called a sound',
      'audio',
      async () => {
        const { asset } = await pipeline.file('image');
        return (await pipeline.storage.store.get(objectKeys.asset('key_a', asset.id)))!.body;
      },
      'media_type_mismatch',
      'the file is image/png; audio or video is needed',
    ],
    [
      'a clip cut off',
      'video',
      async () => {
        const { asset } = await pipeline.file('video');
        return (await pipeline.storage.store.get(objectKeys.asset('key_a', asset.id)))!.body.subarray(0, 300);
      },
      'media_undecodable',
      /^the clip can't be decoded, it may be cut off or damaged/,
    ],
  ] as const)('%s fails its generation at once, in words for its sender', async (_, type, make, code, message) => {
    const bad = await pipeline.asset(type, 'application/octet-stream', await make());
    const { request, events } = await encode([{ type: 'text', text: 'a dog', weight: 1 }, bad]);
    expect(events.at(-1)).toMatchObject({ type: 'failed', code, message: expect.stringMatching(message) });
    const result = await resultOf(request);
    expect(result).toMatchObject({ status: 'failed', error: { code, pointer: '/conditions/1' } });
    // The event comes before the jobs go.
    const waiting = async () =>
      [...(await pipeline.ports.queue.jobStates(request, 1)).values()].filter(
        ({ stage, state }) => stage === 'diffuse' && state !== 'absent',
      );
    while ((await waiting()).length > 0) await delay(20);
  });

  it('an asset that was deleted fails its generation', async () => {
    const file = await pipeline.file('image', 11);
    await pipeline.storage.store.delete([objectKeys.asset('key_a', file.asset.id)]);
    const { request } = await encode([file]);
    expect((await resultOf(request))?.error).toMatchObject({
      code: 'asset_not_found',
      message: `the asset ${file.asset.id} was deleted`,
      pointer: '/conditions/0',
    });
  });

  it('keeps the deadline of a request', async () => {
    const { request } = await encode([{ type: 'text', text: 'too late', weight: 1 }], { deadline_seconds: 0.001 });
    const { error } = (await resultOf(request))!;
    expect(error).toEqual({ code: 'deadline_exceeded', message: expect.stringContaining('deadline_seconds is 0.001') });
  });

  it('does nothing for a generation that has ended', async () => {
    const request = await pipeline.prepare({ conditions: [await pipeline.file('image', 13)] });
    await pipeline.ports.live.update(request.id, 1, { status: 'canceled' });
    await pipeline.ports.queue.addEncodeFlow(request, 1, 1);
    await pipeline.encoded(await pipeline.accept());
    expect(await pipeline.ports.live.read(request.id)).toMatchObject({
      status: 'canceled',
      embeddings: {},
      timings: {},
    });
  });

  it('is ready with everything it needs, and says how media is locked in', async () => {
    const readiness = (await (await fetch(`${worker.health}/readyz`)).json()) as {
      ready: boolean;
      checks: Record<string, { ok: boolean; detail?: string }>;
    };
    expect(readiness.ready).toBe(true);
    expect(Object.keys(readiness.checks).sort()).toEqual(['redis', 's3', 'sandbox', 'sessions']);
    expect(readiness.checks['sandbox']!.detail).toMatch(/^(bubblewrap|unshare|limits)$/);
  });
});
