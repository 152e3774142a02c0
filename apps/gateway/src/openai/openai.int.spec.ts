import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import OpenAI, { APIError, BadRequestError, toFile } from 'openai';
import { GenerationError, objectKeys, type OutputRecord } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';

jest.setTimeout(60_000);

const BYTES = Buffer.from('what was made');
const GIF = Buffer.from('GIF89a\x01\x00\x01\x00');
const MODEL = 'tiny-codi';

let backends: Backends;
let gateway: TestGateway;
let openai: OpenAI;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends, { MEDLEY_REQUESTS_PER_MINUTE: '1000000' });
  openai = clientOf(gateway);
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

const clientOf = (by: TestGateway, apiKey = by.key) =>
  new OpenAI({ apiKey, baseURL: by.url('/openai/v1').href, maxRetries: 0 });

/** Ends a generation with one file for each sample, as a worker would. */
async function succeed(id: string, type: OutputRecord['type'], contentType: string, samples = 1): Promise<void> {
  const sha256 = createHash('sha256').update(BYTES).digest('hex');
  const outputs = Array.from({ length: samples }, (_, sample): OutputRecord => {
    const key = objectKeys.output(id, 1, 1, 'token', `${type}-${sample}`);
    return { type, role: 'primary', sample, key, sha256, bytes: BYTES.byteLength, content_type: contentType };
  });
  for (const { key } of outputs) await backends.store.put(key, BYTES, { contentType });
  await backends.commit(id, { status: 'succeeded', outputs });
}

/** The id of the newest generation. */
async function newest(): Promise<string | undefined> {
  const { body } = await gateway.json<{ data: { id: string }[] }>('/v1/generations?limit=1');
  return body.data[0]?.id;
}

/** Starts a call, and answers the generation that it makes as soon as it stands. */
async function begun<Answer>(start: () => Promise<Answer>) {
  const before = await newest();
  const answer = start();
  answer.catch(() => undefined);
  for (;;) {
    const id = await newest();
    if (id !== undefined && id !== before) return { id, answer, request: (await backends.openRequest(id))! };
  }
}

async function refused(call: Promise<unknown>): Promise<APIError> {
  const error = await call.then(
    () => undefined,
    (one: unknown) => one,
  );
  if (error instanceof APIError) return error;
  throw new Error('it was not refused');
}

describe('images', () => {
  it('are generated, as base64 and by a link', async () => {
    const { id, answer, request } = await begun(() =>
      openai.images.generate({ model: MODEL, prompt: 'a dog', n: 2, size: 'auto', output_format: 'webp', user: 'me' }),
    );
    expect(request).toMatchObject({
      conditions: [{ type: 'text', text: 'a dog' }],
      outputs: [{ type: 'image', format: 'webp' }],
      samples: 2,
      metadata: { user: 'me' },
    });
    await succeed(id, 'image', 'image/webp', 2);
    const { data, ...rest } = await answer;
    expect(rest).toMatchObject({ background: 'opaque', output_format: 'webp', size: '64x64' });
    expect(data).toHaveLength(2);
    expect(Buffer.from(data![1]!.b64_json!, 'base64')).toEqual(BYTES);
    expect(await (await fetch(data![1]!.url!)).text()).toBe(String(BYTES));
  });

  it.each([
    ['url', ['url']],
    ['b64_json', ['b64_json']],
  ] as const)('come as %s where that is asked for', async (response_format, fields) => {
    const { id, answer } = await begun(() =>
      openai.images.generate({ prompt: 'a dog', response_format, size: '64x64' }),
    );
    await succeed(id, 'image', 'image/png');
    expect(Object.keys((await answer).data![0]!)).toEqual(fields);
  });

  it('are edited and varied: by files, with and without words', async () => {
    const image = () => toFile(GIF, 'a.gif', { type: 'image/gif' });
    const edit = await begun(async () =>
      openai.images.edit({ image: [await image(), await image()], prompt: 'on red', n: 1, response_format: 'url' }),
    );
    expect(edit.request.conditions).toMatchObject([
      { type: 'text', text: 'on red' },
      { type: 'image', asset: { content_type: 'image/gif' } },
      { type: 'image' },
    ]);
    await succeed(edit.id, 'image', 'image/png');
    expect((await edit.answer).data).toHaveLength(1);
    const variation = await begun(async () => openai.images.createVariation({ image: await image(), n: 2 }));
    expect(variation.request).toMatchObject({ conditions: [{ type: 'image' }], samples: 2 });
    await succeed(variation.id, 'image', 'image/png', 2);
    expect((await variation.answer).data).toHaveLength(2);
  });

  it('that fail are told in words of the request; so is what was canceled', async () => {
    const failing = await begun(async () => openai.images.createVariation({ image: await toFile(GIF, 'a.gif') }));
    const error = new GenerationError('media_undecodable', 'conditions[0] is no picture', { pointer: '/conditions/0' });
    await backends.commit(failing.id, { status: 'failed', error });
    expect(await refused(failing.answer)).toMatchObject({
      status: 400,
      code: 'media_undecodable',
      param: 'image',
      message: '400 image is no picture',
    });
    const canceled = await begun(() => openai.images.generate({ prompt: 'a dog' }));
    await backends.commit(canceled.id, { status: 'canceled' });
    const { status, code, headers } = await refused(canceled.answer);
    expect([status, code, headers!.get('x-should-retry')]).toEqual([409, 'canceled', 'false']);
  });

  it('are canceled when nobody waits for them any more', async () => {
    const stop = new AbortController();
    const left = await begun(() => openai.images.generate({ prompt: 'a dog' }, { signal: stop.signal }));
    stop.abort();
    for await (const entry of backends.ports.events.follow(left.id, { signal: AbortSignal.timeout(20_000) }))
      if ('event' in entry && entry.event.type === 'canceled') return;
    throw new Error('it was not canceled');
  });

  it('are canceled when the service restarts, so that a client that sends them again has them made once', async () => {
    const leaving = await TestGateway.start(backends, { MEDLEY_BOOTSTRAP_KEY: gateway.key });
    const by = clientOf(leaving);
    const [left, kept] = [
      await begun(() => by.images.generate({ prompt: 'a dog' })),
      await begun(() => by.images.generate({ prompt: 'a dog' }, { headers: { 'Idempotency-Key': 'kept' } })),
    ];
    await leaving.close();
    for (const { answer } of [left, kept]) {
      const error = await refused(answer);
      expect([error.status, error.headers!.get('x-should-retry')]).toEqual([503, null]);
    }
    expect((await gateway.json(`/v1/generations/${left.id}`)).body).toMatchObject({ status: 'canceled' });
    expect((await gateway.json(`/v1/generations/${kept.id}`)).body).toMatchObject({ status: 'queued' });
  });

  it('are one for one Idempotency-Key, whoever stopped to wait', async () => {
    const stop = new AbortController();
    const headers = { 'Idempotency-Key': 'once' };
    const left = await begun(() => openai.images.generate({ prompt: 'a dog' }, { signal: stop.signal, headers }));
    stop.abort();
    await left.answer.catch(() => undefined);
    const again = openai.images.generate({ prompt: 'a dog' }, { headers });
    await succeed(left.id, 'image', 'image/png');
    expect((await again).data![0]!.url).toContain(left.id);
  });

  it('are there at once for the Idempotency-Key of one that ended long ago, or was deleted', async () => {
    const headers = { 'Idempotency-Key': 'long-ago' };
    const generate = () => openai.images.generate({ prompt: 'a dog', response_format: 'url' }, { headers });
    const { id, answer } = await begun(generate);
    await succeed(id, 'image', 'image/png');
    await answer;
    await backends.ports.events.remove(id);
    expect((await generate()).data![0]!.url).toContain(id);
    await gateway.call(`/v1/generations/${id}`, { method: 'DELETE' });
    expect((await refused(generate())).status).toBe(410);
  });

  it.each([
    [{ size: '1024x1024' }, 'size', 'size is "1024x1024"; model tiny-codi makes image of 64x64: send that, or "auto"'],
    [{ size: 'large' }, 'size', 'size is "large"; "auto", or width x height'],
    [{ n: 9 }, 'n', 'n is 9;'],
    [{ quality: 'hd' }, 'quality', 'quality is "hd";'],
    [{ style: 'vivid' }, 'style', 'style is not a field of this request'],
    [{ background: 'transparent' }, 'background', 'background is "transparent";'],
    [{ output_format: 'jpeg' }, 'output_format', 'output_format is "jpeg";'],
    [{ output_compression: 50 }, 'output_compression', 'output_compression is 50; pictures are stored without loss'],
    [{ stream: true }, 'stream', 'stream is true; pictures come when they are done'],
    [{ prompt: '' }, 'prompt', 'prompt is "";'],
  ])('with %j are refused', async (change, param, words) => {
    const error = await refused(
      openai.images.generate({ prompt: 'a dog', ...change } as OpenAI.ImageGenerateParamsNonStreaming),
    );
    expect(error).toBeInstanceOf(BadRequestError);
    expect([error.param, error.type]).toEqual([param, 'invalid_request_error']);
    expect(error.message).toContain(words);
  });

  it.each([
    ['a mask', { image: GIF, mask: GIF }, 'mask', 'the form has a file "mask"; pictures are made by whole ones'],
    ['no image', {}, 'image', 'image has 0 files; send 1 to 15'],
    ['no picture', { image: Buffer.from('words') }, 'image', 'is none of JPEG'],
  ])('edited with %s are refused', async (_name, files, param, words) => {
    const form = new FormData();
    form.set('prompt', 'on red');
    for (const [name, file] of Object.entries(files)) form.set(name, new Blob([new Uint8Array(file)]), name);
    const answer = await gateway.json<{ error: { message: string; param: string } }>('/openai/v1/images/edits', {
      method: 'POST',
      body: form,
    });
    expect([answer.status, answer.body.error.param]).toEqual([400, param]);
    expect(answer.body.error.message).toContain(words);
  });
});

describe('speech', () => {
  it('is the file', async () => {
    const { id, answer, request } = await begun(() =>
      openai.audio.speech.create({ model: MODEL, input: 'a dog', voice: 'default', response_format: 'flac' }),
    );
    expect(request).toMatchObject({ conditions: [{ text: 'a dog' }], outputs: [{ type: 'audio', format: 'flac' }] });
    await succeed(id, 'audio', 'audio/flac');
    const response = await answer;
    expect([response.headers.get('content-type'), await response.text()]).toEqual(['audio/flac', String(BYTES)]);
  });

  it.each([
    [{ voice: 'alloy' }, 'voice', 'voice is "alloy"; model tiny-codi has one voice, "default"'],
    [{ response_format: 'mp3' }, 'response_format', 'expected one of "wav"|"flac"|"opus"'],
    [{ speed: 2 }, 'speed', 'speed is 2;'],
    [{ instructions: 'slowly' }, 'instructions', 'instructions is "slowly"; say it in input'],
    [{ stream_format: 'sse' }, 'stream_format', 'stream_format is "sse";'],
    [{ input: '' }, 'input', 'input is "";'],
  ])('with %j is refused', async (change, param, words) => {
    const body = { model: MODEL, input: 'a dog', voice: 'default', ...change };
    const error = await refused(openai.audio.speech.create(body as OpenAI.Audio.SpeechCreateParams));
    expect([error.status, error.param]).toEqual([400, param]);
    expect(error.message).toContain(words);
  });
});

describe('videos', () => {
  it('are made, followed, fetched and deleted', async () => {
    const made = await openai.videos.create({ model: MODEL, prompt: 'a dog', seconds: '1' as '4' });
    expect(made).toMatchObject({
      object: 'video',
      status: 'queued',
      progress: 0,
      prompt: 'a dog',
      seconds: '1',
      size: '64x64',
      error: null,
    });
    await backends.ports.live.update(made.id, 1, { status: 'diffusing', progress: { step: 5, steps: 10 } });
    expect(await openai.videos.retrieve(made.id)).toMatchObject({ status: 'in_progress', progress: 49 });
    const early = await refused(openai.videos.downloadContent(made.id));
    expect([early.status, early.message]).toEqual([400, expect.stringContaining('is in_progress; it has a file')]);
    await succeed(made.id, 'video', 'video/mp4');
    expect(await openai.videos.retrieve(made.id)).toMatchObject({ status: 'completed', progress: 100 });
    const content = await openai.videos.downloadContent(made.id);
    expect([content.headers.get('content-type'), await content.text()]).toEqual(['video/mp4', String(BYTES)]);
    expect((await refused(openai.videos.downloadContent(made.id, { variant: 'thumbnail' }))).param).toBe('variant');
    expect(await openai.videos.delete(made.id)).toEqual({ id: made.id, object: 'video.deleted', deleted: true });
    expect((await refused(openai.videos.retrieve(made.id))).status).toBe(410);
  });

  it('are gone for the Idempotency-Key of one that was deleted', async () => {
    const create = () => openai.videos.create({ prompt: 'a dog' }, { headers: { 'Idempotency-Key': 'deleted-clip' } });
    await openai.videos.delete((await create()).id);
    expect((await refused(create())).status).toBe(410);
  });

  it('go by a reference', async () => {
    const file = await openai.videos.create({ prompt: 'a dog', input_reference: await toFile(GIF, 'a.gif') });
    const expected = { conditions: [{ type: 'text' }, { type: 'image', asset: { content_type: 'image/gif' } }] };
    expect(await backends.openRequest(file.id)).toMatchObject(expected);
    const image_url = `data:image/gif;base64,${GIF.toString('base64')}`;
    const inline = await openai.videos.create({ prompt: 'a dog', input_reference: { image_url } });
    expect(await backends.openRequest(inline.id)).toMatchObject(expected);
  });

  it('are listed in pages, the newest first, clips alone', async () => {
    const by = await TestGateway.start(backends);
    const mine = clientOf(by);
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      ids.unshift((await mine.videos.create({ prompt: 'a dog' })).id);
      await by.accept(PICTURE);
    }
    const seen: string[] = [];
    for await (const { id } of mine.videos.list({ limit: 2 })) seen.push(id);
    expect(seen).toEqual(ids);
    expect((await refused(mine.videos.list({ order: 'asc' }))).param).toBe('order');
    // As many of another kind as a page of one would not get past by itself.
    for (let count = 0; count < 12; count += 1) await by.accept(PICTURE);
    seen.length = 0;
    for await (const { id } of mine.videos.list({ limit: 1 })) seen.push(id);
    expect(seen).toEqual(ids);
    await by.close();
  });

  it('that fail say why', async () => {
    const { id } = await openai.videos.create({ prompt: 'a dog' });
    await backends.commit(id, { status: 'canceled' });
    expect(await openai.videos.retrieve(id)).toMatchObject({ status: 'failed', error: { code: 'canceled' } });
  });

  it.each([
    [{ size: '720x1280' }, 'size', 'makes video of 64x64'],
    [{ seconds: '4' }, 'seconds', 'seconds is "4"; model tiny-codi makes clips of 1 s'],
    [{ input_reference: { image_url: 'http://10.0.0.1/a', file_id: 'a' } }, 'input_reference', 'exactly one of'],
  ])('with %j are refused', async (change, param, words) => {
    const error = await refused(openai.videos.create({ prompt: 'a dog', ...change } as OpenAI.VideoCreateParams));
    expect([error.status, error.param]).toEqual([400, param]);
    expect(error.message).toContain(words);
  });

  it('are not what makes no clip', async () => {
    expect((await refused(openai.videos.retrieve(await gateway.accept()))).status).toBe(404);
  });
});

describe('models', () => {
  it('are the bundles', async () => {
    const { data } = await openai.models.list();
    expect(data).toEqual([{ id: MODEL, object: 'model', created: 0, owned_by: 'medley' }]);
    expect(await openai.models.retrieve(MODEL)).toEqual(data[0]);
    const missing = await refused(openai.images.generate({ model: 'gpt-image-1', prompt: 'a dog' }));
    expect([missing.status, missing.code, missing.param]).toEqual([404, 'model_not_found', 'model']);
    expect(missing.message).toContain('model is "gpt-image-1"; this service has tiny-codi');
  });
});

it('keys and limits are those of the service', async () => {
  const unknown = await refused(clientOf(gateway, 'mdl_unknown').models.list());
  expect([unknown.status, unknown.code, unknown.requestID]).toEqual([
    401,
    'invalid_api_key',
    expect.stringMatching(/^req_/),
  ]);
  const { body: key } = await gateway.json<{ key: string }>('/v1/admin/keys', {
    json: { name: 'full', scopes: ['generate'], limits: { generations_in_flight: 0 } },
  });
  const limited = await refused(clientOf(gateway, key.key).videos.create({ prompt: 'a dog' }));
  expect([limited.status, limited.code, limited.type]).toEqual([429, 'rate_limit_exceeded', 'rate_limit_error']);
  expect((await refused(openai.post('/chat/completions', { body: {} }))).status).toBe(404);
});
