import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Service, type App } from '@medley/testing/service';
import { TraceReceiver, type ReceivedSpan } from '@medley/testing/trace-receiver';
import { WebhookReceiver } from './webhooks/webhook-receiver.fixture.ts';

jest.setTimeout(300_000);

type GenerationBody = Parameters<Service['client']['create']>[0];

const APPS = ['gateway', 'encoder-worker', 'diffusion-worker', 'decoder-worker'] as const satisfies App[];
const STEPS = 4;
/** Executions of a generation with three conditions and three outputs. */
const JOBS = ['ingest', 'encode', 'encode', 'encode', 'diffuse', 'decode', 'decode', 'decode', 'assemble', 'notify'];
/** What a client sends and nobody else is to read. */
const PRIVATE = {
  prompt: 'a dog whose name is Wolkenkuckucksheim',
  negative: 'a cat whose name is Donaudampfschiff',
  metadata: 'order-Rindfleischetikett',
  query: 'Signatur-Streichholzkiste',
  path: 'Kanal-Fussballverein',
};
/** Of the client that asks. */
const CLIENT = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

let receiver: TraceReceiver | undefined;
let hooks: WebhookReceiver | undefined;
let files: Server | undefined;
let service: Service | undefined;
let picture: Buffer;
beforeAll(async () => {
  [receiver, hooks] = await Promise.all([TraceReceiver.start(), WebhookReceiver.start()]);
  files = createServer((_, response) => response.setHeader('content-type', 'image/png').end(picture));
  await once(files.listen(0, '127.0.0.1'), 'listening');
  service = await Service.start({
    models: ['tiny-codi'],
    logs: 'e2e-traces',
    variables: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      LOG_LEVEL: 'debug',
      MEDLEY_WEBHOOK_ALLOW: '127.0.0.1',
      MEDLEY_FETCH_ALLOW: '127.0.0.1',
      MEDLEY_INLINE_BYTES: '0',
    },
  });
  const { id } = await post({ conditions: [{ type: 'text', text: 'a first dog' }], outputs: [{ type: 'image' }] });
  const made = await finish(id);
  picture = await download(made.outputs[0]!.url);
});
afterAll(async () => {
  await service?.stop();
  await receiver?.close();
  hooks?.close();
  files?.close();
});

const call = (path: string, init: RequestInit = {}) =>
  fetch(new URL(path, service!.url), {
    ...init,
    headers: { authorization: `Bearer ${service!.key}`, ...init.headers },
  });

async function post(body: GenerationBody, headers: Record<string, string> = {}) {
  const answer = await call('/v1/generations', {
    method: 'POST',
    body: JSON.stringify({ steps: STEPS, ...body }),
    headers: { 'content-type': 'application/json', ...headers },
  });
  expect(answer.status).toBe(202);
  const { id } = (await answer.json()) as { id: string };
  return { id, traceId: answer.headers.get('x-trace-id')! };
}

/** Follows it to its end. */
async function finish(id: string) {
  for await (const event of service!.client.events(id)) if (event.type === 'failed') break;
  return service!.client.get(id);
}

async function download(url: string): Promise<Buffer> {
  return Buffer.from(await (await call(url)).arrayBuffer());
}

const fileUrl = () => `http://127.0.0.1:${(files!.address() as AddressInfo).port}/${PRIVATE.path}?sig=${PRIVATE.query}`;

const everything = (): GenerationBody => ({
  conditions: [
    { type: 'text', text: PRIVATE.prompt },
    { type: 'image', url: fileUrl() },
  ],
  negative: PRIVATE.negative,
  metadata: { order: PRIVATE.metadata },
  outputs: [{ type: 'image' }, { type: 'audio' }, { type: 'video' }],
  webhook: { url: hooks!.url(`/${PRIVATE.path}?token=${PRIVATE.query}`) },
});

const byId = (trace: readonly ReceivedSpan[], spanId: string) => trace.find((span) => span.spanId === spanId);

/** Names from the first span of a trace to this one. */
function pathOf(trace: readonly ReceivedSpan[], { name, parentSpanId }: ReceivedSpan): string {
  const parent = byId(trace, parentSpanId);
  return parent === undefined ? name : `${pathOf(trace, parent)} > ${name}`;
}

/** Whether everything of a trace has come: its ends, and whatever spans stand under. */
function isComplete(traceId: string): boolean {
  const trace = receiver!.trace(traceId);
  const has = (name: string) => trace.some((span) => span.name === name);
  return (
    ['POST /v1/generations', 'process assemble', 'process notify'].every(has) &&
    trace.every(({ parentSpanId }) => ['', CLIENT.spanId].includes(parentSpanId) || byId(trace, parentSpanId))
  );
}

describe('one generation', () => {
  let trace: ReceivedSpan[];
  let told: Record<string, string>;
  const find = (name: string, wanted: Partial<ReceivedSpan['attributes']> = {}) =>
    trace.filter(
      (span) => span.name === name && Object.entries(wanted).every(([key, value]) => span.attributes[key] === value),
    );

  beforeAll(async () => {
    const traceparent = `00-${CLIENT.traceId}-${CLIENT.spanId}-01`;
    const { id, traceId } = await post(everything(), { traceparent });
    expect(traceId).toBe(CLIENT.traceId);
    expect((await finish(id)).status).toBe('succeeded');
    told = (await hooks!.until(`/${PRIVATE.path}?token=${PRIVATE.query}`)).headers;
    await receiver!.until(() => isComplete(traceId));
    trace = receiver!.trace(traceId);
  });

  it('is one trace, under the span of the client', () => {
    const roots = trace.filter(({ parentSpanId }) => byId(trace, parentSpanId) === undefined);
    expect(roots).toMatchObject([{ name: 'POST /v1/generations', kind: 2, parentSpanId: CLIENT.spanId }]);
    expect(new Set(trace.map(({ service: process }) => process))).toEqual(new Set(APPS));
    for (const span of trace) expect(span.end).toBeGreaterThanOrEqual(span.begin);
  });

  it('has every job under its acceptance, in the order in which they can be done', () => {
    const found = trace.filter(({ name }) => name.startsWith('process '));
    expect(found.map(({ name }) => name.slice('process '.length)).sort()).toEqual([...JOBS].sort());
    for (const span of found) {
      expect(pathOf(trace, span)).toBe(`POST /v1/generations > accept > ${span.name}`);
      expect(span).toMatchObject({ kind: 5, failed: false, attributes: { 'medley.outcome': 'completed' } });
    }
    const [diffuse] = find('process diffuse');
    const [assemble] = find('process assemble');
    for (const { end } of find('process encode')) expect(end).toBeLessThan(diffuse!.begin + 50);
    for (const { begin, end } of find('process decode')) {
      expect(begin).toBeGreaterThan(diffuse!.begin);
      expect(end).toBeLessThan(assemble!.begin + 50);
    }
    expect(find('send diffuse')).toMatchObject([{ kind: 4, service: 'gateway' }]);
    expect(find('send assemble').map((span) => pathOf(trace, span))).toEqual([
      'POST /v1/generations > accept > process diffuse > send assemble',
    ]);
  });

  it('has the run with its steps, and the graphs that it called', () => {
    const [run] = find('run');
    expect(pathOf(trace, run!)).toMatch(/ > process diffuse > run$/);
    expect(run!.events.map(({ attributes }) => attributes['medley.run.step'])).toEqual([1, 2, 3, 4]);
    const calls = trace.filter(({ parentSpanId }) => parentSpanId === run!.spanId);
    // Three outputs: an environment encoder and a denoiser of each, in every step.
    expect(calls).toHaveLength(STEPS * 6);
    expect(run!.attributes['medley.run.graph_calls']).toBe(STEPS * 6);
    const spent = calls.reduce((sum, { begin, end }) => sum + (end - begin) / 1000, 0);
    expect(run!.attributes['medley.run.graph_seconds']).toBeCloseTo(spent, 1);
    expect(find('graph text.prompt_encoder').map((span) => pathOf(trace, span))).toEqual(
      Array.from({ length: 2 }, () => expect.stringMatching(/ > process encode > graph text/) as unknown),
    );
    expect(pathOf(trace, find('graph video.decoder')[0]!)).toMatch(/ > process decode > graph video.decoder$/);
  });

  it('has the calls between workers, on both sides', () => {
    const calls = find('medley.latents.v1.LatentsService/Fetch');
    const hops = calls
      .filter(({ kind }) => kind === 3)
      .map((client) => {
        const [server] = calls.filter(({ parentSpanId }) => parentSpanId === client.spanId);
        expect(server?.kind).toBe(2);
        return `${byId(trace, client.parentSpanId)!.name}: ${client.service} → ${server!.service}`;
      });
    expect(new Set(hops)).toEqual(
      new Set([
        'process diffuse: diffusion-worker → encoder-worker',
        'process decode: decoder-worker → diffusion-worker',
      ]),
    );
  });

  it('has the calls of S3 and of media processes under the stages that make them', () => {
    const puts = find('S3.PutObject').map((span) => [
      byId(trace, span.parentSpanId)!.name,
      String(span.attributes['aws.s3.key']).split('/')[0],
    ]);
    for (const expected of [
      ['accept', 'open'],
      ['GET', 'assets'],
      ['process ingest', 'generations'],
      ['process encode', 'tensors'],
      ['process diffuse', 'tensors'],
      ['process decode', 'generations'],
      ['process assemble', 'generations'],
    ])
      expect(puts).toContainEqual(expected);
    const jobs = trace.filter(({ name }) => name.startsWith('media '));
    expect(new Set(jobs.map((span) => `${byId(trace, span.parentSpanId)!.name} > ${span.name}`))).toEqual(
      new Set([
        'process encode > media decode-image',
        'process decode > media encode-image',
        'process decode > media encode-audio',
        'process decode > media encode-video',
        'process assemble > media mux',
      ]),
    );
  });

  it('passes the trace on to the webhook', () => {
    const [sent] = find('POST');
    expect(pathOf(trace, sent!)).toMatch(/ > process notify > POST$/);
    expect(sent).toMatchObject({ kind: 3, attributes: { 'http.response.status_code': 204 } });
    expect(told['traceparent']).toBe(`00-${CLIENT.traceId}-${sent!.spanId}-01`);
  });
});

describe('runs that share batches', () => {
  it('are linked by the calls that they share', async () => {
    const body: GenerationBody = {
      conditions: [{ type: 'text', text: PRIVATE.prompt }],
      outputs: [{ type: 'video' }],
      steps: 60,
    };
    const started = await Promise.all([1, 2, 3, 4].map((seed) => post({ ...body, seed })));
    await Promise.all(started.map(({ id }) => finish(id)));
    const ids = started.map(({ traceId }) => traceId);
    const runs = () => receiver!.spans.filter(({ name, traceId }) => name === 'run' && ids.includes(traceId));
    await receiver!.until(() => runs().length === started.length);
    const calls = receiver!.spans.filter(({ parentSpanId }) => runs().some(({ spanId }) => spanId === parentSpanId));
    const shared = calls.filter(({ links }) => links.length > 0);
    expect(shared.length).toBeGreaterThan(0);
    for (const { traceId, links, attributes } of shared) {
      expect(attributes['medley.batch.runs']).toBe(links.length + 1);
      for (const link of links) {
        expect(link.traceId).not.toBe(traceId);
        expect(runs()).toContainEqual(expect.objectContaining(link));
      }
    }
  });
});

describe('log lines', () => {
  const lines = async () =>
    (await Promise.all(APPS.map((app) => service!.log(app))))
      .flat()
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('are one for each execution of a stage, with generation and trace', async () => {
    const found = (await lines()).filter(({ trace_id: id, outcome }) => id === CLIENT.traceId && outcome !== undefined);
    expect(found.map(({ stage }) => stage).sort()).toEqual([...JOBS].sort());
    for (const line of found) expect(line).toMatchObject({ level: 'info', outcome: 'completed', attempt: 1 });
    const ids = new Set(found.map(({ generation }) => generation));
    expect(ids.size).toBe(1);
    const others = (await lines()).filter(({ generation }) => ids.has(generation));
    for (const line of others) expect(line['trace_id']).toBe(CLIENT.traceId);
  });

  it('hold no secret and nothing that clients sent, nor do spans', async () => {
    const failing: GenerationBody[] = [
      { ...everything(), conditions: [{ type: 'image', url: `http://10.0.0.1/${PRIVATE.path}?sig=${PRIVATE.query}` }] },
      { ...everything(), conditions: [{ type: 'audio', url: fileUrl() }] },
      { ...everything(), webhook: { url: `http://127.0.0.1:9/${PRIVATE.path}?token=${PRIVATE.query}` } },
    ];
    for (const body of failing) await finish((await post(body)).id);
    const nobody = `http://127.0.0.1:9/${PRIVATE.path}?sig=${PRIVATE.query}`;
    const unreachable = await post({ ...everything(), conditions: [{ type: 'image', url: nobody }] });
    const isTold = (line: Record<string, unknown>) =>
      line['trace_id'] === unreachable.traceId && line['msg'] === 'ingest retried' && line['level'] === 'warn';
    while (!(await lines()).some(isTold)) await delay(50);
    await service!.client.cancel(unreachable.id);
    const rotated = await call('/v1/webhooks/endpoints/default/rotate', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    const { secret } = (await rotated.json()) as { secret: string };
    const { id } = await post(everything());
    const { outputs } = await finish(id);
    const signed = new URL(outputs[0]!.url, service!.url).searchParams.get('signature')!;
    await download(outputs[0]!.url);
    const { url: shared } = await service!.client.share(id);
    const token = new URL(shared).pathname.split('/').at(-1)!;
    await fetch(shared);
    const environment = readFileSync(`/proc/${await service!.processId('gateway')}/environ`, 'utf8').split('\0');
    const own = environment.flatMap((variable) => {
      const [name = '', value = ''] = variable.split(/=(.*)/s);
      return /SECRET|BOOTSTRAP_KEY|ACCESS_KEY_ID/.test(name) && value !== '' ? [value] : [];
    });
    expect(own.length).toBeGreaterThanOrEqual(4);
    const secrets = [...Object.values(PRIVATE), ...own, service!.key, secret, signed, token];
    for (const one of secrets) expect(one.length).toBeGreaterThan(10);
    const written = [
      ...(await Promise.all(APPS.map((app) => service!.log(app)))).flat(),
      JSON.stringify(receiver!.spans),
    ];
    expect(written.length).toBeGreaterThan(50);
    expect(secrets.filter((one) => written.some((text) => text.includes(one)))).toEqual([]);
  });
});

describe('a collector that is gone', () => {
  it('costs nothing but spans', async () => {
    await receiver!.close();
    const { id, traceId } = await post(everything());
    const { status } = await finish(id);
    expect(status).toBe('succeeded');
    const path = `/${PRIVATE.path}?token=${PRIVATE.query}`;
    const told = () => hooks!.at(path).some(({ body }) => body.includes(id));
    while (!told()) await hooks!.until(path, hooks!.at(path).length + 1);
    expect(hooks!.at(path).find(({ body }) => body.includes(id))!.headers['traceparent']).toContain(traceId);
  });
});
