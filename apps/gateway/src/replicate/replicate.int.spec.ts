import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import Replicate, { type ApiError, type FileOutput, type Prediction } from 'replicate';
import { objectKeys, type OutputRecord } from '@medley/domain';
import { Backends, TestGateway } from '../gateway.fixture.ts';

jest.setTimeout(60_000);

const MODEL = 'medley/tiny-codi';
const BYTES = Buffer.from('a picture');
const GIF = Buffer.from('GIF89a\x01\x00\x01\x00');

let backends: Backends;
let gateway: TestGateway;
let replicate: Replicate;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends, {
    MEDLEY_REQUESTS_PER_MINUTE: '1000000',
  });
  replicate = clientOf(gateway.key);
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

const clientOf = (auth: string) => new Replicate({ auth, baseUrl: gateway.url('/replicate/v1').href });

/** Stores a file and ends a prediction with it, as a worker would. */
async function succeed(id: string, more: readonly Partial<OutputRecord>[] = [{}]): Promise<void> {
  const outputs = more.map((changes, sample): OutputRecord => {
    const key = objectKeys.output(id, 1, 1, 'token', `image-${sample}.png`);
    const sha256 = createHash('sha256').update(BYTES).digest('hex');
    const content = { bytes: BYTES.byteLength, content_type: 'image/png', sha256 };
    return { type: 'image', role: 'primary', sample, key, ...content, ...changes };
  });
  for (const { key } of outputs) await backends.store.put(key, BYTES, { contentType: 'image/png' });
  await backends.commit(id, { status: 'succeeded', outputs });
}

const create = (input: object = { prompt: 'a dog' }, rest: object = {}) =>
  replicate.predictions.create({ model: MODEL, input, ...rest });

/** What the client says of a refusal. */
async function refused(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (one: unknown) => one as ApiError,
  );
  if (error === undefined) throw new Error('it was not refused');
  const body = JSON.parse(/: (\{.*\})\.$/s.exec(error.message)![1]!) as {
    title: string;
    detail: string;
    status: number;
    invalid_fields?: { field: string }[];
  };
  const contentType = error.response.headers.get('content-type')?.split(';')[0];
  return { answered: error.response.status, contentType, ...body };
}

describe('predictions', () => {
  it('are accepted as generations, and answered as they stand', async () => {
    const made = await create({ prompt: 'a dog', seed: 7, num_inference_steps: 5 });
    expect(made).toMatchObject({ model: MODEL, status: 'starting', output: null, error: null, source: 'api' });
    expect(made.input).toMatchObject({ prompt: 'a dog', seed: 7, num_inference_steps: 5 });
    expect(await backends.openRequest(made.id)).toMatchObject({ seed: 7, steps: 5, outputs: [{ type: 'image' }] });
    await backends.ports.live.update(made.id, 1, { status: 'diffusing', progress: { step: 2, steps: 5 } });
    const running = await replicate.predictions.get(made.id);
    expect([running.status, running.logs]).toEqual(['processing', expect.stringMatching(/40%\|.*\| 2\/5$/)]);
    await succeed(made.id);
    const ended = await replicate.predictions.get(made.id);
    expect([ended.status, ended.completed_at !== null]).toEqual(['succeeded', true]);
    expect(await (await fetch((ended.output as string[])[0]!)).text()).toBe(String(BYTES));
  });

  it.each([
    ['by its version', (digest: string) => ({ version: digest })],
    ['by owner, name and version', (digest: string) => ({ version: `${MODEL}:${digest}` })],
    ['by owner and name', () => ({ model: MODEL })],
  ])('find the model %s', async (_name, named) => {
    const { latest_version: latest } = await replicate.models.get('medley', 'tiny-codi');
    const options = { input: { prompt: 'a dog' }, ...named(latest!.id) };
    const made = await replicate.predictions.create(options);
    expect([made.model, made.version]).toEqual([MODEL, latest!.id]);
  });

  it('are waited for; what is not done by then is starting, whatever it does', async () => {
    const progress: Prediction[] = [];
    const before = await newest();
    const waiting = replicate.run(MODEL, { input: { prompt: 'a dog' } }, (seen) => void progress.push(seen));
    const id = await newerThan(before);
    await backends.ports.live.update(id, 1, { status: 'diffusing' });
    await succeed(id);
    const [file] = (await waiting) as [FileOutput];
    expect(await (await file.blob()).text()).toBe(String(BYTES));
    expect(progress.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    const late = create({ prompt: 'a dog' }, { wait: 1 });
    await backends.ports.live.update(await newerThan(id), 1, { status: 'diffusing' });
    expect((await late).status).toBe('starting');
  });

  it('are canceled', async () => {
    const { id } = await create();
    expect((await replicate.predictions.cancel(id)).status).toBe('canceled');
    const stop = new AbortController();
    const options = { input: { prompt: 'a dog' }, wait: { mode: 'poll' }, signal: stop.signal } as const;
    const seen: string[] = [];
    await replicate.run(MODEL, options, ({ status }) => {
      seen.push(status);
      stop.abort();
    });
    expect([seen[0], seen.at(-1)]).toEqual(['starting', 'canceled']);
  });

  it('say in run why they failed', async () => {
    const before = await newest();
    const run = replicate.run(MODEL, { input: { prompt: 'a dog' }, wait: { mode: 'block' } });
    const failed = run.catch((error: unknown) => String(error));
    await backends.commit(await newerThan(before), { status: 'failed', error: new Error('not for clients') });
    expect(await failed).toMatch(/Prediction failed: an internal error/);
  });

  it('are listed in pages, the newest first, those of the key alone', async () => {
    const by = await TestGateway.start(backends);
    const mine = new Replicate({ auth: by.key, baseUrl: by.url('/replicate/v1').href });
    const request = (await backends.openRequest(await by.accept()))!;
    const ids = [request.id];
    for (let count = 1; count <= 100; count += 1) {
      const created_at = new Date(Date.parse(request.created_at) + count).toISOString();
      const id = `gen_${String(count).padStart(26, '0')}`;
      await backends.ports.live.create({ ...request, id, created_at }, 1);
      ids.unshift(id);
    }
    const seen: string[] = [];
    const pages: number[] = [];
    for await (const page of mine.paginate(() => mine.predictions.list())) {
      pages.push(page.length);
      seen.push(...page.map(({ id }) => id));
    }
    expect([pages, seen]).toEqual([[100, 1], ids]);
    await by.close();
  });

  it('are one for one Idempotency-Key', async () => {
    const post = (prompt: string) =>
      gateway.json<Prediction>(`/replicate/v1/models/${MODEL}/predictions`, {
        json: { input: { prompt } },
        headers: { 'idempotency-key': 'once' },
      });
    const [first, second, other] = [await post('a dog'), await post('a dog'), await post('a cat')];
    expect([first.status, second.status, other.status]).toEqual([201, 201, 422]);
    expect(second.body.id).toBe(first.body.id);
  });

  it('stream their outputs by a link that needs no key', async () => {
    const { id, urls } = await create({ prompt: 'a dog', outputs: ['image', 'text'] });
    const stream = await fetch(urls.stream!);
    await backends.ports.events.append(id, 1, { type: 'step', step: 1, steps: 2, outputs: ['image'] });
    await succeed(id, [{}, { type: 'text', text: 'two\nlines' }]);
    const events = await stream.text();
    expect(events.split('\n\n').map((event) => event.replaceAll(/^id: .*\n/gm, ''))).toEqual([
      expect.stringMatching(/^event: logs\ndata: {2}50%\|.*\| 1\/2$/),
      expect.stringMatching(/^event: output\ndata: http:.*\/outputs\/0\?/),
      'event: output\ndata: two\ndata: lines',
      'event: done\ndata: {}',
      '',
    ]);
    expect((await fetch(`${urls.get}/stream`)).status).toBe(401);
    expect((await gateway.call(`/replicate/v1/predictions/${id}/stream`)).status).toBe(200);
    const forged = urls.stream!.replace(/signature=./, 'signature=.');
    expect((await fetch(forged)).status).toBe(401);
  });

  // A heartbeat comes after 15 seconds.
  it('stream to a key until it is revoked', async () => {
    const { body: key } = await gateway.json<{ id: string; key: string }>('/v1/admin/keys', { json: { name: 'gone' } });
    const headers = { authorization: `Bearer ${key.key}` };
    const json = { input: { prompt: 'a dog' } };
    const { body } = await gateway.json<Prediction>(`/replicate/v1/models/${MODEL}/predictions`, { json, headers });
    const stream = await gateway.call(`/replicate/v1/predictions/${body.id}/stream`, { headers });
    await gateway.call(`/v1/admin/keys/${key.id}`, { method: 'DELETE' });
    expect(await stream.text()).toMatch(/retry: 1000\n\n$/);
  }, 60_000);

  it.each([
    [{ status: 'canceled' }, 'event: done\ndata: {"reason":"canceled"}'],
    [{ status: 'failed', error: new Error('x') }, 'event: done\ndata: {"reason":"error"}'],
  ] as const)('stream how they ended: %j', async (ending, last) => {
    const { id, urls } = await create();
    await backends.commit(id, ending);
    expect(await (await fetch(urls.stream!)).text()).toContain(last);
  });
});

describe('what is wrong', () => {
  it.each([
    ['an input', { prompt: 'a', strength: 1 }, 422, 'input.strength', 'input.strength is not a field of this request'],
    [
      'too many steps',
      { prompt: 'a', num_inference_steps: 999 },
      422,
      'input.num_inference_steps',
      'input.num_inference_steps is 999; bundle tiny-codi takes 1 to 250',
    ],
    [
      'a width',
      { prompt: 'a', width: 512 },
      422,
      'input.width',
      'input.width is 512; bundle tiny-codi makes image of width 64',
    ],
    [
      'a sampler',
      { prompt: 'a', scheduler: 'flow_euler' },
      422,
      'input.scheduler',
      'input.scheduler is flow_euler; bundle tiny-codi has ddim',
    ],
    ['no file', { image: `ast_${'1'.repeat(26)}` }, 422, 'input.image', 'input.image is "ast_'],
    ['no base64', { image: 'data:image/png;base64,?' }, 422, 'input.image', 'input.image is not base64'],
    [
      'no picture',
      { audio: `data:image/gif;base64,${GIF.toString('base64')}` },
      422,
      'input.audio',
      'input.audio is of type audio, its file is image/gif',
    ],
    [
      'twice the same',
      { prompt: 'a', outputs: ['text', 'text'] },
      422,
      'input.outputs[1]',
      'input.outputs[1] is "text", which input.outputs[0] already asks for',
    ],
    ['no weight', { prompt: 'a', weights: { prompt: 0 } }, 422, 'input', 'the weights'],
  ])('with %s is told by the name of the field', async (_name, input, status, field, words) => {
    const error = await refused(create(input));
    expect(error).toMatchObject({ answered: status, status, contentType: 'application/problem+json' });
    expect([error.invalid_fields?.[0]?.field, error.detail]).toEqual([field, expect.stringContaining(words)]);
  });

  it('is told of the rest too', async () => {
    const webhook = await refused(create(undefined, { webhook: 'http://10.0.0.1/' }));
    expect(webhook).toMatchObject({ answered: 422, invalid_fields: [{ field: 'webhook' }] });
    const version = await refused(replicate.predictions.create({ version: '0'.repeat(64), input: { prompt: 'a' } }));
    expect(version).toMatchObject({ answered: 422, invalid_fields: [{ field: 'version' }] });
    const model = await refused(replicate.predictions.create({ model: 'a/b', input: { prompt: 'a' } }));
    expect([model.answered, model.detail]).toEqual([404, 'there is no model "a/b"; this service has medley/tiny-codi']);
    expect((await refused(replicate.predictions.get('gen_odd'))).answered).toBe(404);
    expect((await refused(clientOf('mdl_unknown').predictions.list())).answered).toBe(401);
    expect((await refused(replicate.collections.list())).answered).toBe(404);
    const late = await gateway.call(`/replicate/v1/models/${MODEL}/predictions`, {
      json: { input: { prompt: 'a' } },
      headers: { 'cancel-after': '1m' },
    });
    expect([late.status, await late.text()]).toEqual([400, expect.stringContaining('Cancel-After')]);
    const filtered = await gateway.call('/replicate/v1/predictions?created_after=2026-01-01');
    expect([filtered.status, await filtered.text()]).toEqual([422, expect.stringContaining('created_after')]);
  });

  it('guests have no webhooks', async () => {
    const open = await TestGateway.start(backends, { MEDLEY_PLAYGROUND: 'public' });
    const session = await fetch(open.url('/v1/session'), { method: 'POST' });
    const cookie = session.headers.getSetCookie()[0]!.split(';')[0]!;
    const call = (path: string, json?: unknown) =>
      fetch(open.url(path), {
        method: json === undefined ? 'GET' : 'POST',
        headers: { cookie, origin: open.url('/').origin, 'content-type': 'application/json' },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
    const body = { input: { prompt: 'a' }, webhook: 'https://example.com/guest' };
    expect((await call(`/replicate/v1/models/${MODEL}/predictions`, body)).status).toBe(403);
    expect((await call('/replicate/v1/webhooks/default/secret')).status).toBe(403);
    await open.close();
  });
});

describe('files', () => {
  it('are stored as assets, and taken as inputs', async () => {
    const file = await replicate.files.create(GIF);
    expect(file).toMatchObject({ content_type: 'image/gif', size: GIF.byteLength, metadata: {}, expires_at: null });
    const { name: _name, ...same } = file as typeof file & { name: string };
    expect(await replicate.files.get(file.id)).toMatchObject({ ...same, created_at: expect.any(String) });
    expect((await replicate.files.list()).results.map(({ id }) => id)).toContain(file.id);
    const { id } = await create({ image: file.urls.get });
    expect(await backends.openRequest(id)).toMatchObject({ conditions: [{ type: 'image', asset: { id: file.id } }] });
    expect((await refused(replicate.files.delete(file.id))).answered).toBe(409);
    await gateway.call(`/v1/generations/${id}`, { method: 'DELETE' });
    expect((await refused(replicate.files.get(file.id))).answered).toBe(404);
  });

  it('are sent by the client itself where an input is one', async () => {
    const { id } = await create({ image: new Blob([GIF], { type: 'image/gif' }) });
    const request = await backends.openRequest(id);
    expect(request).toMatchObject({ conditions: [{ asset: { content_type: 'image/gif' } }] });
  });

  it('that no prediction uses are deleted', async () => {
    const { id } = await replicate.files.create(Buffer.from(`${String(GIF)}alone`, 'latin1'));
    expect(await replicate.files.delete(id)).toBe(true);
    expect((await refused(replicate.files.get(id))).answered).toBe(404);
  });

  it('are made of what earlier predictions made', async () => {
    const { id } = await create();
    await backends.store.put(objectKeys.output(id, 1, 1, 'token', 'a.gif'), GIF, { contentType: 'image/gif' });
    const sha256 = createHash('sha256').update(GIF).digest('hex');
    const key = objectKeys.output(id, 1, 1, 'token', 'a.gif');
    await succeed(id, [{ key, sha256, bytes: GIF.byteLength, content_type: 'image/gif' }]);
    await backends.store.put(key, GIF, { contentType: 'image/gif' });
    const { results } = await replicate.predictions.list();
    const [url] = results.find((one) => one.id === id)!.output as [string];
    const next = await create({ image: url });
    expect(await backends.openRequest(next.id)).toMatchObject({ conditions: [{ asset: { sha256 } }] });
  });

  it.each([
    ['metadata', async () => replicate.files.create(GIF, { a: 1 }), 'metadata is {"a":1}; none is kept'],
    ['what is no medium', async () => replicate.files.create(Buffer.from('words')), 'is none of JPEG'],
  ])('with %s are refused', async (_name, call, words) => {
    const error = await refused(call());
    expect([error.answered, error.detail]).toEqual([422, expect.stringContaining(words)]);
  });
});

describe('models', () => {
  it('are the bundles, with a schema of their inputs', async () => {
    const { results } = await replicate.models.list();
    expect(results).toEqual([await replicate.models.get('medley', 'tiny-codi')]);
    const { latest_version: version } = results[0]!;
    expect((await replicate.models.versions.list('medley', 'tiny-codi')).results).toEqual([version]);
    expect(await replicate.models.versions.get('medley', 'tiny-codi', version!.id)).toEqual(version);
    expect(version!.openapi_schema).toMatchObject({
      components: {
        schemas: {
          Input: {
            properties: { num_inference_steps: { default: 10, minimum: 1, maximum: 250 }, width: { enum: [64] } },
          },
        },
      },
    });
  });
});

/** The id of the newest prediction. */
async function newest(): Promise<string | undefined> {
  return (await replicate.predictions.list()).results[0]?.id;
}

/** The id of the newest prediction, once that is another. */
async function newerThan(before: string | undefined): Promise<string> {
  for (;;) {
    const id = await newest();
    if (id !== undefined && id !== before) return id;
  }
}
