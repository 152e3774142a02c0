import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ConditionBody, GenerationBody, Model } from '@medley/client';
import { Service } from '@medley/testing/service';
import { readFacts } from './fixtures/containers/facts.ts';
import { logged, readLog } from './fixtures/event-log.ts';
import { contents, download, expectSuccess, follow, followOn } from './fixtures/outputs.ts';
import { Studio, dataUri } from './fixtures/studio.ts';

jest.setTimeout(120_000);

const BUNDLE = 'tiny-codi';
const TEXT = { type: 'text', text: 'a dog' } as const;
const PICTURE: GenerationBody = { conditions: [TEXT], outputs: [{ type: 'image' }], steps: 4, seed: 5 };
const OUTPUTS: GenerationBody['outputs'] = [{ type: 'text' }, { type: 'image' }, { type: 'audio' }, { type: 'video' }];

let service: Service | undefined;
let studio: Studio | undefined;
let site: Server | undefined;
let address: string;
let model: Model;

beforeAll(async () => {
  studio = await Studio.open();
  const picture = await studio.png(0.6);
  site = createServer((request, response) => {
    if (request.url === '/dog.png') response.setHeader('content-type', 'image/png').end(picture);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  address = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  service = await Service.start({
    models: [BUNDLE],
    logs: 'e2e-requests',
    variables: { MEDLEY_FETCH_ALLOW: '127.0.0.1' },
  });
  model = (await service.client.models()).find(({ name }) => name === BUNDLE)!;
});
afterAll(async () => {
  site?.close();
  await Promise.all([service?.stop(), studio?.close()]);
});

/** sha256 of what each output of a generation that succeeds holds. */
async function made(body: GenerationBody): Promise<Record<string, string>> {
  const { generation } = await follow(service!.client, { determinism: 'strict', ...body });
  expectSuccess(generation);
  return contents(studio!, await download(service!.client, generation));
}

/** How many of these differ from each other. */
const different = (results: readonly Record<string, string>[]) =>
  new Set(results.map((result) => JSON.stringify(result))).size;

describe('conditions', () => {
  it('of one modality are mixed by their weights', async () => {
    const [first, second] = [await studio!.png(0.1), await studio!.png(0.7)].map((file) => dataUri('image/png', file));
    const mixed = (...weights: [number, number]) =>
      made({
        ...PICTURE,
        conditions: [
          { type: 'image', data: first!, weight: weights[0] },
          { type: 'image', data: second!, weight: weights[1] },
        ],
      });
    const [even, scaled, more, only, alone] = await Promise.all([
      mixed(1, 1),
      mixed(2, 2),
      mixed(1, 3),
      mixed(1, 0),
      made({ ...PICTURE, conditions: [{ type: 'image', data: first! }] }),
    ]);
    expect(scaled).toEqual(even);
    expect(only).toEqual(alone);
    expect(different([even, more, alone])).toBe(3);
  });

  it('come from a URL', async () => {
    const body = { ...PICTURE, conditions: [{ type: 'image' as const, url: `${address}/dog.png` }] };
    const { generation, events } = await follow(service!.client, body);
    expectSuccess(generation);
    expect(logged(events).some(({ type }) => type === 'fetching')).toBe(true);
  });

  it('include a negative prompt, which takes the place of the null condition', async () => {
    const without = await made(PICTURE);
    const [cat, bird] = await Promise.all([
      made({ ...PICTURE, negative: 'a cat' }),
      made({ ...PICTURE, negative: 'a bird' }),
    ]);
    expect(different([without, cat, bird])).toBe(3);
  });
});

describe('a bad condition', () => {
  it('fails its own generation in words, and no other', async () => {
    const clip = await studio!.mp4(0.3);
    const sound = await studio!.wav(300);
    const picture = await studio!.png(0.3);
    const slow = Buffer.from(sound);
    slow.writeUInt32LE(100, 24); // Its sampling rate: 0.5 s at 22,050 Hz last 110 s now.
    const wav = (bytes: Uint8Array): ConditionBody => ({ type: 'audio', data: dataUri('audio/wav', bytes) });
    const damaged = (what: string) => new RegExp(`^the ${what} can't be decoded, it may be cut off or damaged: \\w+`);
    const bad: [ConditionBody, code: string, pointer: string, message: RegExp][] = [
      [
        { type: 'video', data: dataUri('video/mp4', clip.subarray(0, clip.byteLength / 2)) },
        'media_undecodable',
        '/conditions/1',
        /^the file holds no pictures; it may be cut off or damaged$/,
      ],
      [wav(sound.subarray(0, 44)), 'media_undecodable', '/conditions/1', damaged('sound')],
      [
        wav(sound.subarray(0, 2 * Math.floor(sound.byteLength / 4))),
        'media_undecodable',
        '/conditions/1',
        /^the sound says that it lasts 0\.5 s, 0\.2 s of it could be decoded; it may be cut off or damaged$/,
      ],
      [wav(slow), 'media_too_large', '/conditions/1', /^the sound lasts 110\.\d s; at most 60 s are accepted$/],
      [
        { type: 'image', data: dataUri('image/png', picture.subarray(0, -60)) },
        'media_undecodable',
        '/conditions/1',
        damaged('picture'),
      ],
      [
        { type: 'image', url: `${address}/missing.png` },
        'url_unreachable',
        '/conditions/1/url',
        new RegExp(`^${address}/missing\\.png answered 404$`),
      ],
    ];
    const neighbours = Array.from({ length: 4 }, (_, index) => follow(service!.client, { ...PICTURE, seed: index }));
    const failed = bad.map(([condition]) =>
      follow(service!.client, { ...PICTURE, conditions: [TEXT, condition] }).catch((error: unknown) => error),
    );
    for (const [index, end] of (await Promise.all(failed)).entries()) {
      const [{ type }, code, pointer, message] = bad[index]!;
      const error = { code, pointer, message: expect.stringMatching(message) };
      expect(end).toMatchObject({ generation: { status: 'failed', outputs: [], error } });
      const { generation, events } = end as Awaited<ReturnType<typeof follow>>;
      expect(events.at(-1)).toMatchObject({ type: 'failed', code, message: generation.error!.message });
      expect([type, logged(events).filter((event) => event.type === 'step')]).toEqual([type, []]);
    }
    for (const { generation } of await Promise.all(neighbours)) expectSuccess(generation);
  });
});

describe('outputs', () => {
  const formats = [
    { image: 'png', audio: 'wav', video: 'mp4', types: ['image/png', 'audio/wav', 'video/mp4'] },
    { image: 'webp', audio: 'flac', video: 'webm', types: ['image/webp', 'audio/flac', 'video/webm'] },
    { image: 'png', audio: 'opus', video: 'webm', types: ['image/png', 'audio/ogg', 'video/webm'] },
  ] as const;

  it.each(formats)('come as $image, $audio and $video', async ({ image, audio, video, types }) => {
    const { generation } = await follow(service!.client, {
      ...PICTURE,
      outputs: [
        { type: 'image', format: image },
        { type: 'audio', format: audio },
        { type: 'video', format: video },
        { type: 'text', format: 'txt' },
      ],
    });
    expectSuccess(generation);
    const files = await download(service!.client, generation);
    const of = (name: string) => files.find((file) => file.name === `${name}-0`)!;
    expect(['image', 'audio', 'video'].map((name) => readFacts(of(name).file).contentType)).toEqual(types);
    expect(['image', 'audio', 'video'].map((name) => of(name).content_type.split(';')[0])).toEqual(types);
    expect(readFacts(of('muxed').file)).toMatchObject({ contentType: types[2], tracks: ['video', 'audio'] });
    expect(Math.abs(readFacts(of('audio').file).seconds! - of('audio').seconds!)).toBeLessThan(0.001);
    const decoded = await Promise.all(
      ['image', 'audio', 'video', 'muxed'].map((name) => studio!.decode(of(name).file)),
    );
    for (const content of decoded) expect(content.every(Number.isFinite)).toBe(true);
  });

  it('come in two samples', async () => {
    const { generation } = await follow(service!.client, { ...PICTURE, outputs: OUTPUTS, samples: 2 });
    const names = (await download(service!.client, generation)).map(({ name }) => name).sort();
    const kinds = ['audio', 'image', 'muxed', 'text', 'video'];
    expect(names).toEqual(kinds.flatMap((kind) => [`${kind}-0`, `${kind}-1`]));
  });

  it('differ with each of the bundle’s samplers', async () => {
    expect(model.samplers.length).toBeGreaterThan(1);
    const results = await Promise.all(model.samplers.map((sampler) => made({ ...PICTURE, sampler, steps: 6 })));
    expect(different(results)).toBe(model.samplers.length);
  });
});

describe('a client that watches', () => {
  it('sees small previews of what can be shown', async () => {
    const { events } = await follow(service!.client, { ...PICTURE, outputs: OUTPUTS, steps: 250, samples: 4 });
    const previews = events.filter((event) => event.type === 'preview');
    expect(new Set(previews.map(({ output }) => output))).toEqual(new Set(['image', 'audio', 'video']));
    for (const { id, image } of previews) {
      expect(id).toBeUndefined();
      const [start, content] = image.split(',');
      expect(start).toBe('data:image/webp;base64');
      const file = Buffer.from(content!, 'base64');
      expect(file.byteLength).toBeLessThanOrEqual(8 * 1024);
      expect(readFacts(file).contentType).toBe('image/webp');
    }
  });

  it('resumes after the last event that it saw', async () => {
    const { client } = service!;
    const { id } = await client.create({ ...PICTURE, outputs: OUTPUTS, steps: 40 });
    const whole = followOn(client, id);
    // This one loses its connection in the middle.
    const stop = new AbortController();
    const before: string[] = [];
    const interrupted = async () => {
      for await (const { id: at, type } of client.events(id, { signal: stop.signal })) {
        if (at !== undefined) before.push(at);
        if (type === 'step') stop.abort();
      }
    };
    await interrupted().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    const after = [];
    for await (const { id: at } of client.events(id, { lastEventId: before.at(-1)! }))
      if (at !== undefined) after.push(at);
    const ids = logged((await whole).events).map(({ id: at }) => at);
    expect([...before, ...after]).toEqual(ids);
    expect(before.length).toBeLessThan(ids.length);

    const middle = ids[Math.floor(ids.length / 2)]!;
    const tail = logged(await readLog(service!, id, middle)).map(({ id: at }) => at);
    expect(tail).toEqual(ids.slice(ids.indexOf(middle) + 1));
    expect(logged(await readLog(service!, id, ids.at(-1)))).toEqual([]);
  });
});
