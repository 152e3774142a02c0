import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import Replicate, { validateWebhook, type FileOutput, type Prediction } from 'replicate';
import { Service } from '@medley/testing/service';
import { WebhookReceiver } from './webhooks/webhook-receiver.fixture.ts';

jest.setTimeout(300_000);

const NAME = 'tiny-codi';
const MODEL = `medley/${NAME}`;
/** Of a picture, a sound and a clip as they begin. */
const SIGNATURES = { png: /^\x89PNG/, wav: /^RIFF[^]{4}WAVE/, flac: /^fLaC/, mp4: /^[^]{4}ftyp/ };

let service: Service | undefined;
let receiver: WebhookReceiver | undefined;
let replicate: Replicate;
let openai: OpenAI;
beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  service = await Service.start({
    models: [NAME],
    logs: 'e2e-official-clients',
    variables: { MEDLEY_WEBHOOK_ALLOW: '127.0.0.1' },
  });
  replicate = new Replicate({ auth: service.key, baseUrl: `${service.url}/replicate/v1` });
  openai = new OpenAI({ apiKey: service.key, baseURL: `${service.url}/openai/v1` });
});
afterAll(async () => {
  receiver?.close();
  await service?.stop();
});

const start = (file: ArrayBuffer | Uint8Array) => Buffer.from(file as Uint8Array).toString('latin1', 0, 16);
const read = async (file: unknown) => start(await (await (file as FileOutput).blob()).arrayBuffer());

describe('the client of Replicate', () => {
  it('runs a model on words, and on what that made', async () => {
    const input = { prompt: 'a dog', num_inference_steps: 4, seed: 5 };
    const [picture] = (await replicate.run(MODEL, { input })) as [FileOutput];
    const file = Buffer.from(await (await picture.blob()).arrayBuffer());
    expect(start(file)).toMatch(SIGNATURES.png);
    const { latest_version: version } = await replicate.models.get('medley', NAME);
    const outputs = ['text', 'image', 'audio', 'video'];
    const seen: Prediction['status'][] = [];
    const made = (await replicate.run(
      `${MODEL}:${version!.id}`,
      { input: { image: file, outputs, num_inference_steps: 4, num_outputs: 2 }, wait: { mode: 'poll', interval: 50 } },
      ({ status }) => seen.push(status),
    )) as Record<string, [unknown, unknown]>;
    expect(Object.keys(made).sort()).toEqual([...outputs, 'muxed'].sort());
    expect(typeof made['text']![1]).toBe('string');
    expect(await read(made['image']![1])).toMatch(SIGNATURES.png);
    expect(await read(made['audio']![1])).toMatch(SIGNATURES.wav);
    expect(await read(made['muxed']![1])).toMatch(SIGNATURES.mp4);
    expect([seen[0], seen.at(-1)]).toEqual(['starting', 'succeeded']);
  });

  it('streams progress and outputs', async () => {
    const events: string[] = [];
    let words = '';
    const input = { prompt: 'a dog', outputs: 'text', num_inference_steps: 4 };
    for await (const event of replicate.stream(MODEL, { input })) {
      events.push(event.event);
      words += `${event as unknown as string}`;
    }
    expect(events.filter((event) => event !== 'logs')).toEqual(['output', 'done']);
    const [newest] = (await replicate.predictions.list()).results;
    expect([words]).toEqual(newest!.output);
  });

  it('throws what is wrong with a file, from run and from stream', async () => {
    const input = { image: `data:image/png;base64,${Buffer.from('\x89PNG\r\n\x1a\n', 'latin1').toString('base64')}` };
    await expect(replicate.run(MODEL, { input })).rejects.toThrow(/input\.image|picture|image/);
    const stream = async () => {
      for await (const event of replicate.stream(MODEL, { input })) if (event.event === 'output') return;
    };
    await expect(stream()).rejects.toThrow();
  });

  it('cancels what runs, and finds a webhook of it valid', async () => {
    const outputs = ['text', 'image', 'audio', 'video'];
    const { id, status } = await replicate.predictions.create({
      model: MODEL,
      input: { prompt: 'a dog', outputs, num_inference_steps: 250, num_outputs: 8 },
      wait: 1,
      webhook: receiver!.url('/canceled'),
      webhook_events_filter: ['completed'],
    });
    expect(status).toBe('starting');
    expect((await replicate.predictions.cancel(id)).status).toBe('canceled');
    const { headers, body } = await receiver!.until('/canceled');
    const { key: secret } = await replicate.webhooks.default.secret.get();
    const signed = new Request('http://localhost/', { method: 'POST', headers, body });
    expect(await validateWebhook(signed, secret)).toBe(true);
    expect(JSON.parse(body)).toMatchObject({ id, status: 'canceled', model: MODEL });
    for await (const page of replicate.paginate(() => replicate.predictions.list()))
      expect(page.map((one) => one.id)).toContain(id);
  });
});

describe('the client of OpenAI', () => {
  it('makes pictures of words and of pictures', async () => {
    const { data } = await openai.images.generate({ model: NAME, prompt: 'a dog', n: 2 });
    const [picture, second] = data!.map(({ b64_json: encoded }) => Buffer.from(encoded!, 'base64'));
    expect([start(picture!), second!.equals(picture!)]).toEqual([expect.stringMatching(SIGNATURES.png), false]);
    expect(Buffer.from(await (await fetch(data![0]!.url!)).arrayBuffer()).equals(picture!)).toBe(true);
    const image = await toFile(picture!, 'dog.png', { type: 'image/png' });
    const edited = await openai.images.edit({ image, prompt: 'on red', response_format: 'b64_json' });
    expect(start(Buffer.from(edited.data![0]!.b64_json!, 'base64'))).toMatch(SIGNATURES.png);
  });

  it('speaks', async () => {
    const speech = await openai.audio.speech.create({ model: NAME, input: 'a dog', voice: 'default' });
    expect(start(await speech.arrayBuffer())).toMatch(SIGNATURES.wav);
  });

  it('makes clips', async () => {
    let video = await openai.videos.create({ model: NAME, prompt: 'a dog' });
    while (video.status === 'queued' || video.status === 'in_progress') video = await openai.videos.retrieve(video.id);
    expect([video.status, video.error]).toEqual(['completed', null]);
    const content = await openai.videos.downloadContent(video.id);
    expect(start(await content.arrayBuffer())).toMatch(SIGNATURES.mp4);
    const listed: string[] = [];
    for await (const { id } of openai.videos.list()) listed.push(id);
    expect(listed).toContain(video.id);
    expect((await openai.videos.delete(video.id)).deleted).toBe(true);
  });
});

describe('the snippet', () => {
  it.each([
    ['replicate', { 'dog.png': SIGNATURES.png, 'dog.mp4': SIGNATURES.mp4 }],
    ['openai', { 'dog.png': SIGNATURES.png, 'dog.wav': SIGNATURES.wav, 'dog.mp4': SIGNATURES.mp4 }],
  ])('of docs/%s.md works when pasted', async (name, files) => {
    const [, snippet] = /```js\n([^]*?)```/.exec(await readFile(`docs/${name}.md`, 'utf8'))!;
    const here = snippet!.replace('http://127.0.0.1:8080', service!.url).replaceAll('picturebook', NAME);
    await mkdir('artifacts', { recursive: true });
    const folder = await mkdtemp(join('artifacts', 'snippet-')); // In here the clients are found.
    try {
      await writeFile(join(folder, 'snippet.mjs'), here);
      const env = { MEDLEY_API_KEY: service!.key };
      await promisify(execFile)(process.execPath, ['snippet.mjs'], { cwd: folder, env });
      for (const [file, signature] of Object.entries(files))
        expect(start(await readFile(join(folder, file)))).toMatch(signature);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
