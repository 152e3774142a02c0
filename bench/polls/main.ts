/**
 * Creating generations and asking how they are: `npm run bench:polls [-- --model NAME]`.
 *
 * 300 requests a second: each fifth creates a generation (text → image, 20 steps), the others ask for the status of one of the
 * latest. They are sent by the clock, whether or not earlier ones were answered, and each is timed from the moment at which it
 * was due until its answer is read: a service that can't keep up shows ever longer times. First with the workers stopped
 * (SIGSTOP), then with them busy with all of that. The figures are medians of the passes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Service } from '@medley/testing/service';
import { describeMachine, judge, median, printTable, quantile } from '../figures.ts';

const RATE = 300;
const REQUESTS_A_GENERATION = 5;
const PASS_SECONDS = 10;
const WARM_UP_SECONDS = 2;
/** Generations that are asked for: those whose page would be open. */
const LATEST = 200;
const WORKERS = ['encoder-worker', 'diffusion-worker', 'decoder-worker'] as const;

const options = { model: { type: 'string', default: 'tiny-codi' }, passes: { type: 'string', default: '5' } } as const;
const { model, passes: count } = parseArgs({ options }).values;
const service = await Service.start({ models: [model], logs: 'bench-polls' });
const headers = { authorization: `Bearer ${service.key}`, 'content-type': 'application/json' };
const latest: string[] = [];

async function create(text: string): Promise<void> {
  const body = JSON.stringify({ conditions: [{ type: 'text', text }], outputs: [{ type: 'image' }], steps: 20 });
  const response = await fetch(`${service.url}/v1/generations`, { method: 'POST', headers, body });
  if (response.status !== 202) throw new Error(`a generation was answered ${response.status}`);
  latest.push(((await response.json()) as { id: string }).id);
  if (latest.length > LATEST) latest.shift();
}

async function poll(index: number): Promise<void> {
  const response = await fetch(`${service.url}/v1/generations/${latest[index % latest.length]}`, { headers });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`a status was answered ${response.status}`);
}

/** Milliseconds from each due moment to the answer. */
async function pass(name: string, seconds: number): Promise<number[]> {
  const answers: Promise<number>[] = [];
  const begin = performance.now();
  for (let index = 0; index < RATE * seconds; index += 1) {
    const due = begin + (index * 1000) / RATE;
    await delay(Math.max(0, due - performance.now()));
    const sent = index % REQUESTS_A_GENERATION === 0 ? create(`${name} ${index}`) : poll(index);
    answers.push(sent.then(() => performance.now() - due));
  }
  return Promise.all(answers);
}

async function measure(state: string) {
  const passes: number[][] = [];
  for (let at = 0; at < Number(count); at += 1) passes.push(await pass(`${state} ${at}`, PASS_SECONDS));
  const figure = (share: number) => median(passes.map((times) => quantile(times, share)));
  return { workers: state, p50_ms: figure(0.5), p95_ms: figure(0.95), p99_ms: figure(0.99), slowest_ms: figure(1) };
}

const figures = [];
try {
  await create('the first one');
  await pass('warm-up', WARM_UP_SECONDS);
  for (const worker of WORKERS) await service.signal(worker, 'SIGSTOP');
  figures.push(await measure('paused'));
  for (const worker of WORKERS) await service.signal(worker, 'SIGCONT');
  figures.push(await measure('busy'));
} finally {
  for (const worker of WORKERS) await service.signal(worker, 'SIGCONT');
  await service.stop();
}

console.log(`${model}, ${RATE} requests/s, ${count} passes of ${RATE * PASS_SECONDS} requests\n${describeMachine()}\n`);
printTable(figures);
const [paused, busy] = figures;
judge([
  { claim: 'workers paused, p99, ms', value: paused!.p99_ms, limit: 50 },
  { claim: 'workers busy, p99, ms', value: busy!.p99_ms, limit: 250 },
]);
