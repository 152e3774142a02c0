/**
 * How soon a canceled generation leaves its place to the next one: `npm run bench:cancel [-- --model NAME]`.
 *
 * The diffusion worker has one place. A long generation is in it, another one is encoded and waits. Once the first has taken a
 * few steps it is canceled, and the time runs from sending that until the event is here that the second has begun. A run
 * stops between two steps, so one step of it is taken off.
 */
import { parseArgs } from 'node:util';
import type { GenerationUpdate } from '@medley/client';
import { Service } from '@medley/testing/service';
import { describeMachine, judge, median, printTable, quantile } from '../figures.ts';

const STEPS = 200;
/** Steps that are taken before the cancel, and timed. */
const SEEN_STEPS = 4;
const WARM_UP = 2;

const options = {
  model: { type: 'string', default: 'picturebook' },
  rounds: { type: 'string', default: '30' },
} as const;
const { model, rounds: count } = parseArgs({ options }).values;
const service = await Service.start({ models: [model], logs: 'bench-cancel', variables: { MEDLEY_RUNS: '1' } });
const { client } = service;

/** A clip, which takes long for each step. */
async function create(text: string): Promise<string> {
  const body = { conditions: [{ type: 'text' as const, text }], outputs: [{ type: 'video' as const }], steps: STEPS };
  return (await client.create(body)).id;
}

/** Resolves when that has happened so often, with the moments. */
async function until(id: string, happened: (event: GenerationUpdate) => boolean, times = 1) {
  const moments: number[] = [];
  for await (const event of client.events(id)) {
    if (happened(event)) moments.push(performance.now());
    if (moments.length >= times) return moments;
  }
  throw new Error(`generation ${id} ended before its time`);
}

const isStage = (event: GenerationUpdate, stage: string, state: string) =>
  event.type === 'stage' && event.stage === stage && event.state === state;

async function round(name: string): Promise<{ step: number; freed: number }> {
  const [first, next] = [await create(`${name}, the first`), await create(`${name}, the next`)];
  const begun = until(next, (event) => isStage(event, 'diffuse', 'started'));
  const encoded = until(next, (event) => isStage(event, 'encode', 'completed'));
  const [steps] = await Promise.all([until(first, ({ type }) => type === 'step', SEEN_STEPS), encoded]);
  const sent = performance.now();
  await client.cancel(first);
  const [freedAt] = await begun;
  await client.cancel(next);
  const intervals = steps.slice(1).map((moment, index) => moment - steps[index]!);
  return { step: median(intervals), freed: freedAt! - sent };
}

const rounds: { step: number; freed: number }[] = [];
try {
  for (let at = 0; at < WARM_UP; at += 1) await round(`warm-up ${at}`);
  for (let at = 0; at < Number(count); at += 1) rounds.push(await round(`round ${at}`));
} finally {
  await service.stop();
}

const row = (what: string, values: readonly number[]) => ({
  what,
  p50_ms: median(values),
  p95_ms: quantile(values, 0.95),
  slowest_ms: quantile(values, 1),
});
const beyond = rounds.map(({ step, freed }) => freed - step);
console.log(`${model}, a clip of ${STEPS} steps, ${count} rounds\n${describeMachine()}\n`);
printTable([
  row(
    'one step',
    rounds.map(({ step }) => step),
  ),
  row(
    'from the cancel until the next one has begun',
    rounds.map(({ freed }) => freed),
  ),
  row('of that, beyond one step', beyond),
]);
judge([{ claim: 'beyond one step, p95, ms', value: quantile(beyond, 0.95), limit: 100 }]);
