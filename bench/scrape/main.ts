/**
 * What Prometheus waits for: `npm run bench:scrape [-- --model NAME --generations 10000 --passes 5]`.
 *
 * The gateway's /metrics is fetched when nothing was accepted yet, with 10,000 generations (text → image, 20 steps) that wait, and when all of
 * them were canceled. The workers are stopped (SIGSTOP), so nothing moves; the reconciler looks at all that is open meanwhile, as it
 * always does. Scrapes come further apart than a reading of Redis is kept for, so each reads anew. Each is timed from the request to the
 * last byte on a connection that stays, as Prometheus has it, without an HTTP client that wakes up for each; the figures are medians of
 * the passes.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Service } from '@medley/testing/service';
import { describeMachine, judge, median, printTable, quantile } from '../figures.ts';

const SCRAPES = 20;
/** A reading is kept for a second. */
const APART_MILLISECONDS = 1_100;
const SIDE_BY_SIDE = 16;
const WORKERS = ['encoder-worker', 'diffusion-worker', 'decoder-worker'] as const;

const options = {
  model: { type: 'string', default: 'tiny-codi' },
  generations: { type: 'string', default: '10000' },
  passes: { type: 'string', default: '5' },
} as const;
const { model, generations, passes: count } = parseArgs({ options }).values;
const wanted = Number(generations);
const service = await Service.start({
  models: [model],
  logs: 'bench-scrape',
  variables: { MEDLEY_GENERATIONS_IN_FLIGHT: String(2 * wanted), MEDLEY_REQUESTS_PER_MINUTE: '1000000' },
});
const headers = { authorization: `Bearer ${service.key}`, 'content-type': 'application/json' };

async function post(path: string, body: object = {}): Promise<{ id: string }> {
  const response = await fetch(`${service.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${path} was answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: string };
}

async function accept(index: number): Promise<string> {
  const conditions = [{ type: 'text', text: `number ${index}` }];
  return (await post('/v1/generations', { conditions, outputs: [{ type: 'image' }], steps: 20 })).id;
}

/** Each index, so many side by side. */
async function each<Result>(call: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const go = async () => {
    for (let index = next++; index < wanted; index = next++) results[index] = await call(index);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, go));
  return results;
}

/** Where the gateway says that it answers /metrics. */
async function metricsUrl(): Promise<string> {
  const lines = (await service.log('gateway')).filter((line) => line.startsWith('{'));
  const told = lines.map((line) => (JSON.parse(line) as { health?: string }).health);
  return `${told.findLast((health) => health !== undefined)!}/metrics`;
}

/** One GET; answers the bytes of its body. */
async function scrape(socket: Socket): Promise<number> {
  let answer = Buffer.alloc(0);
  socket.write('GET /metrics HTTP/1.1\r\nhost: gateway\r\n\r\n');
  for (;;) {
    const [part] = (await once(socket, 'data')) as [Buffer];
    answer = Buffer.concat([answer, part]);
    const head = answer.indexOf('\r\n\r\n');
    const bytes = Number(/^content-length: (\d+)/im.exec(answer.toString('latin1', 0, Math.max(head, 0)))?.[1]);
    if (head === -1 || answer.length < head + 4 + bytes) continue;
    if (!answer.toString('latin1', 0, 12).endsWith('200')) throw new Error(answer.toString('latin1', 0, head));
    return bytes;
  }
}

async function measure(state: string) {
  const passes: number[][] = [];
  let bytes = 0;
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  for (let at = 0; at < Number(count); at += 1) {
    const times: number[] = [];
    for (let index = 0; index < SCRAPES; index += 1) {
      await delay(APART_MILLISECONDS);
      const begin = performance.now();
      bytes = await scrape(socket);
      times.push(performance.now() - begin);
    }
    passes.push(times);
  }
  socket.destroy();
  const figure = (share: number) => median(passes.map((times) => quantile(times, share)));
  return {
    generations: state,
    p50_ms: figure(0.5),
    p95_ms: figure(0.95),
    slowest_ms: figure(1),
    kilobytes: bytes / 1024,
  };
}

const { hostname, port } = new URL(await metricsUrl());
const figures = [];
try {
  for (const worker of WORKERS) await service.signal(worker, 'SIGSTOP');
  figures.push(await measure('none'));
  const accepted = await each(accept);
  figures.push(await measure(`${wanted} open`));
  await each((index) => post(`/v1/generations/${accepted[index]!}/cancel`));
  figures.push(await measure(`${wanted} ended`));
} finally {
  for (const worker of WORKERS) await service.signal(worker, 'SIGCONT');
  await service.stop();
}

console.log(`${model}, ${count} passes of ${SCRAPES} scrapes\n${describeMachine()}\n`);
printTable(figures);
judge(
  figures.slice(1).map(({ generations: state, p50_ms: value }) => ({ claim: `${state}, p50, ms`, value, limit: 20 })),
);
