/**
 * How long a 202 takes at 50 requests a second: `npm run bench:accept [-- --model NAME]`.
 *
 * Text → image with 20 steps. Requests are sent by the clock, whether or not earlier ones were answered, and each is timed from
 * the moment at which it was due until its answer is read. First with the workers stopped (SIGSTOP), so that the queue only
 * grows; then with them busy with all of that. The figures are medians of the passes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Service } from '@medley/testing/service';
import { withLimitedKey } from '../limited-key.ts';
import { describeMachine, judge, median, printTable, quantile } from '../figures.ts';

const RATE = 50;
const PASS_SECONDS = 10;
const PASSES = 5;
const WARM_UP_SECONDS = 2;
const WORKERS = ['encoder-worker', 'diffusion-worker', 'decoder-worker'] as const;

const { model } = parseArgs({ options: { model: { type: 'string', default: 'tiny-codi' } } }).values;
const service = await Service.start({ models: [model], logs: 'bench-accept' });
const { url, key } = await withLimitedKey(service);

/** Milliseconds from `due` to the answer. */
async function post(due: number, text: string): Promise<number> {
  const response = await fetch(`${url}/v1/generations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ conditions: [{ type: 'text', text }], outputs: [{ type: 'image' }], steps: 20 }),
  });
  await response.arrayBuffer();
  if (response.status !== 202) throw new Error(`it was answered ${response.status}`);
  return performance.now() - due;
}

async function pass(name: string, seconds: number): Promise<number[]> {
  const answers: Promise<number>[] = [];
  const begin = performance.now();
  for (let index = 0; index < RATE * seconds; index += 1) {
    const due = begin + (index * 1000) / RATE;
    await delay(Math.max(0, due - performance.now()));
    answers.push(post(due, `${name} ${index}`));
  }
  return Promise.all(answers);
}

async function measure(state: string) {
  const passes: number[][] = [];
  for (let at = 0; at < PASSES; at += 1) passes.push(await pass(`${state} ${at}`, PASS_SECONDS));
  const figure = (share: number) => median(passes.map((times) => quantile(times, share)));
  return { workers: state, p50_ms: figure(0.5), p95_ms: figure(0.95), p99_ms: figure(0.99), slowest_ms: figure(1) };
}

const figures = [];
try {
  await pass('warm-up', WARM_UP_SECONDS);
  for (const worker of WORKERS) await service.signal(worker, 'SIGSTOP');
  figures.push(await measure('paused'));
  for (const worker of WORKERS) await service.signal(worker, 'SIGCONT');
  figures.push(await measure('busy'));
} finally {
  for (const worker of WORKERS) await service.signal(worker, 'SIGCONT');
  await service.stop();
}

const requests = RATE * PASS_SECONDS;
console.log(`${model}, ${RATE} requests/s, ${PASSES} passes of ${requests} requests\n${describeMachine()}\n`);
printTable(figures);
const [paused, busy] = figures;
judge([
  { claim: 'workers paused, p50, ms', value: paused!.p50_ms, limit: 10 },
  { claim: 'workers paused, p99, ms', value: paused!.p99_ms, limit: 60 },
  { claim: 'workers busy, p99, ms', value: busy!.p99_ms, limit: 200 },
]);
