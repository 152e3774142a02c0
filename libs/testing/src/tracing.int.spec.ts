import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GenerationError, NO_SPAN, inSpan, parseTraceparent } from '@medley/domain';
import { Metrics, TraceMetrics, createLogger, startTracing } from '@medley/runtime';
import { TraceReceiver } from './trace-receiver.ts';

const CLIENT = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const client = (flags: '00' | '01') => `00-${CLIENT.traceId}-${CLIENT.spanId}-${flags}`;
const idsOf = (traceparent: string | undefined) => {
  const { traceId, spanId } = parseTraceparent(traceparent)!;
  return { traceId, spanId };
};

const opened: { close(): Promise<unknown> | void }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function start(endpoint: string, changes: Partial<Parameters<typeof startTracing>[0]> = {}) {
  const metrics = new Metrics('test');
  const lines: Record<string, unknown>[] = [];
  const waiting = new Map<unknown, () => void>();
  const write = (line: string) => {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    lines.push(parsed);
    waiting.get(parsed['msg'])?.();
  };
  /** Resolves at the next line with this message. */
  const logged = (message: string) => new Promise<void>((resolve) => waiting.set(message, resolve));
  const started = await startTracing(
    { endpoint, serviceName: 'tested', sampler: 'parentbased_always_on', share: 1, ...changes },
    { logger: createLogger({ name: 'test', destination: { write } }), metrics: new TraceMetrics(metrics) },
  );
  const count = async (name: string) => {
    const found = (await metrics.text()).split('\n').filter((line) => line.startsWith(`medley_trace_spans_${name}`));
    return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  return { ...started, count, lines, logged };
}

async function receive(changes: Partial<Parameters<typeof startTracing>[0]> = {}) {
  const receiver = await TraceReceiver.start();
  opened.push(receiver);
  return { receiver, ...(await start(receiver.endpoint, changes)) };
}

describe('tracing', () => {
  it('sends spans with their parents, kinds, facts, events and links, times included', async () => {
    const { receiver, tracing, close, count } = await receive();
    const other = tracing.begin('other', { root: true });
    const before = Date.now() - 25;
    await inSpan(tracing, 'GET /things', { kind: 'server', parent: client('01'), root: true }, async (span) => {
      expect(idsOf(span.traceparent).traceId).toBe(CLIENT.traceId);
      await inSpan(tracing, 'inner', { links: [other], attributes: { 'medley.x': 1 } }, async (inner) => {
        inner.set({ 'medley.y': 'two', 'medley.z': true, 'medley.none': undefined });
        inner.event('step', { 'medley.run.step': 3 });
      });
      tracing.begin('past', { begin: performance.now() - 50 }).end(performance.now() - 20);
    });
    other.end();
    await close();
    const trace = receiver.trace(CLIENT.traceId);
    const [past, server, inner] = ['past', 'GET /things', 'inner'].map((name) =>
      trace.find((one) => one.name === name)!,
    );
    expect(server).toMatchObject({ parentSpanId: CLIENT.spanId, kind: 2, service: 'tested', failed: false });
    expect(inner).toMatchObject({
      parentSpanId: server!.spanId,
      kind: 1,
      attributes: { 'medley.x': 1, 'medley.y': 'two', 'medley.z': true },
      links: [idsOf(other.traceparent)],
      events: [{ name: 'step', attributes: { 'medley.run.step': 3 } }],
    });
    expect(past!.parentSpanId).toBe(server!.spanId);
    expect(past!.end - past!.begin).toBeCloseTo(30, 0);
    expect(server!.begin).toBeGreaterThan(before);
    expect(receiver.spans.find(({ name }) => name === 'other')).toMatchObject({ parentSpanId: '' });
    expect([await count('sent'), await count('dropped')]).toEqual([4, 0]);
  });

  it('makes no span where there is nothing to stand under', async () => {
    const { receiver, tracing, close } = await receive();
    expect(tracing.begin('alone')).toBe(NO_SPAN);
    await inSpan(tracing, 'alone', {}, async () => expect(tracing.current()).toBe(NO_SPAN));
    await close();
    expect(receiver.spans).toEqual([]);
  });

  it('tells of an error its code, or the name of its class, and never its words', async () => {
    const { receiver, tracing, close } = await receive();
    const errors = [new GenerationError('url_refused', 'https://example.com/secret'), new TypeError('a secret')];
    for (const error of errors)
      await expect(inSpan(tracing, 'work', { root: true }, () => Promise.reject(error))).rejects.toBe(error);
    await close();
    expect(receiver.spans.map(({ attributes, failed }) => [attributes['error.type'], failed])).toEqual([
      ['url_refused', true],
      ['TypeError', true],
    ]);
    expect(JSON.stringify(receiver.spans)).not.toContain('secret');
  });

  it.each([
    ['parentbased_always_on', '01', true],
    ['parentbased_always_on', '00', false],
    ['parentbased_always_off', '01', true],
    ['always_on', '00', true],
    ['always_off', '01', false],
    ['traceidratio', '01', false],
  ] as const)('keeps by %s what a client sends with the flags %s: %s', async (sampler, flags, kept) => {
    const { receiver, tracing, close } = await receive({ sampler, share: 0 });
    const span = tracing.begin('asked', { root: true, parent: client(flags) });
    expect([span.recorded, span.traceparent?.slice(-2)]).toEqual([kept, kept ? '01' : '00']);
    span.end();
    await close();
    expect(receiver.spans).toHaveLength(kept ? 1 : 0);
  });

  it('keeps a share of the traces that begin here', async () => {
    const { tracing, close } = await receive({ sampler: 'parentbased_traceidratio', share: 0.25 });
    const spans = Array.from({ length: 2_000 }, () => tracing.begin('one', { root: true }));
    const kept = spans.filter(({ recorded }) => recorded).length;
    expect(kept).toBeGreaterThan(400);
    expect(kept).toBeLessThan(600);
    await close();
  });

  it('counts what a collector that is away does not take, says so once, and when it takes spans again', async () => {
    const receiver = await TraceReceiver.start();
    const { endpoint } = receiver;
    await receiver.close();
    const { tracing, close, count, lines, logged } = await start(endpoint);
    const told = (message: string) => lines.filter(({ msg }) => msg === message).length;
    const lost = logged('the collector of traces takes no spans');
    tracing.begin('lost', { root: true }).end();
    await lost;
    const again = await TraceReceiver.start(Number(new URL(endpoint).port));
    opened.push(again);
    tracing.begin('found', { root: true }).end();
    await again.until(() => again.spans.some(({ name }) => name === 'found'));
    await close();
    expect([await count('sent'), await count('dropped')]).toEqual([1, 1]);
    expect(told('the collector of traces takes spans again')).toBe(1);
  }, 60_000);

  it('drops and counts what comes faster than a collector answers, and ends all the same', async () => {
    const held: ServerResponse[] = [];
    const silent = createServer((_, response) => void held.push(response)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    opened.push({
      close: () => {
        for (const response of held) response.end();
        silent.close();
      },
    });
    const { tracing, close, count } = await start(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const asked = once(silent, 'request');
    for (let made = 0; made < 512; made += 1) tracing.begin('one', { root: true }).end();
    await asked;
    for (let made = 0; made < 2_048 + 5; made += 1) tracing.begin('one', { root: true }).end();
    expect(await count('dropped')).toBe(5);
    await close();
  }, 30_000);
});
