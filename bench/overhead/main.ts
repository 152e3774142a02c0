/**
 * Control overhead: `npm run bench:overhead [-- --model NAME]`.
 *
 * Text → image with 20 steps on an idle system: milliseconds from sending the POST until the `succeeded` event is here, minus
 * those of the same graphs with the same batches called one after another in this process. Both are measured in turn, so
 * that whatever else the machine does weighs on both. The first table says which part of the way takes how long, and how
 * much of it is graphs; the last lines are medians of the passes.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Service } from '@medley/testing/service';
import { describeMachine, judge, median, printTable, quantile } from '../figures.ts';
import { withLimitedKey } from '../limited-key.ts';
import { DirectCalls } from './direct-calls.ts';
import { PARTS, generate, partsOf, type Timed } from './generate.ts';

const STEPS = 20;
const PASSES = 5;
const ROUNDS = 40;
const WARM_UP = 15;

const { model } = parseArgs({ options: { model: { type: 'string', default: 'tiny-codi' } } }).values;
const bundle = fileURLToPath(new URL(`../../bundles/${model}`, import.meta.url));
const direct = await DirectCalls.load(bundle, STEPS);
const service = await Service.start({ models: [model], logs: 'bench-overhead' });
const reached = await withLimitedKey(service);

const passes: { generated: Timed; graphs: Awaited<ReturnType<DirectCalls['run']>> }[][] = [];
try {
  for (let round = 0; round < WARM_UP; round += 1) {
    await generate(reached, STEPS, `warm-up ${round}`);
    await direct.run(`warm-up ${round}`);
  }
  for (let pass = 0; pass < PASSES; pass += 1) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = `a dog, ${pass} ${round}`;
      rounds.push({ generated: await generate(reached, STEPS, text), graphs: await direct.run(text) });
    }
    passes.push(rounds);
  }
} finally {
  await Promise.all([service.stop(), direct.close()]);
}

const all = passes.flat();
const over = ({ generated, graphs }: (typeof all)[number]) =>
  generated.succeeded - graphs.encode - graphs.diffuse - graphs.decode;
const row = (part: string, values: readonly number[], graphs: number) => ({
  part,
  p50_ms: median(values),
  p95_ms: quantile(values, 0.95),
  graphs_ms: graphs,
  overhead_ms: median(values) - graphs,
});
const graphsOf = (stage: 'encode' | 'diffuse' | 'decode') => median(all.map(({ graphs }) => graphs[stage]));

console.log(`${model}, text → image, ${STEPS} steps, ${PASSES} × ${ROUNDS} generations\n${describeMachine()}\n`);
printTable([
  ...PARTS.map(({ name, stage }, index) =>
    row(
      name,
      all.map(({ generated }) => partsOf(generated)[index]!),
      stage === undefined ? 0 : graphsOf(stage),
    ),
  ),
  row(
    'all of it',
    all.map(({ generated }) => generated.succeeded),
    median(all.map(({ graphs }) => graphs.encode + graphs.diffuse + graphs.decode)),
  ),
]);
console.log(`\n202 after ${median(all.map(({ generated }) => generated.accepted)).toFixed(1)} ms`);
judge([
  { claim: 'overhead p50, ms', value: median(passes.map((rounds) => median(rounds.map(over)))), limit: 35 },
  { claim: 'overhead p95, ms', value: median(passes.map((rounds) => quantile(rounds.map(over), 0.95))), limit: 70 },
]);
