/**
 * What a pool of GPUs costs and how long runs wait, by what it is scaled by: `npm run bench:autoscale [-- --seeds N --only NAME
 * --trace FILE]`.
 *
 * Simulated days (scenarios.ts) of a pool whose size KEDA and the HPA decide on by their published formulas. Every policy is run with
 * each value of its knob; its best points make a line of GPU hours over p95 wait, and lines are read against each other at equal
 * waits and at equal GPU hours. Figures are medians over seeds. The same seed gives the same day, so a second run prints the same. With
 * --trace, the day is that of a recording (recorded-trace.ts).
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeMachine, judge, median, printTable } from '../figures.ts';
import { WAITS, compare, frontierOf, hoursAt, middle, type Point } from './frontier.ts';
import { QUEUE_LENGTH, WORK, WORK_AND_LOAD } from './policies.ts';
import { readTrace } from './recorded-trace.ts';
import { RECOMMENDED_SCALING } from './recommended-settings.ts';
import { GOAL, SCENARIOS, type Scenario } from './scenarios.ts';
import type { Autoscaler } from './pool-autoscaler.ts';
import { simulate, type Setup } from './simulate.ts';
import { AS_RECOMMENDED, CONTENDERS, sweep, waitOf } from './sweep.ts';
import { makeDay, type Trace } from './trace.ts';

const options = {
  seeds: { type: 'string', default: '5' },
  only: { type: 'string', multiple: true },
  trace: { type: 'string' },
} as const;
const { seeds: count, only, trace: file } = parseArgs({ options }).values;
const seeds = Array.from({ length: Number(count) }, (_, index) => index + 1);
const BY_WORK_AND_LENGTH = new Set([WORK_AND_LOAD, WORK, QUEUE_LENGTH]);

interface Variant {
  name: string;
  autoscaler: Autoscaler;
  outage?: NonNullable<Setup['outage']>;
}

const RECOMMENDED: Autoscaler = { policy: WORK_AND_LOAD, target: RECOMMENDED_SCALING.gpusPerLoad, ...AS_RECOMMENDED };
const BESIDE: Autoscaler = { ...RECOMMENDED, runsPerReplica: RECOMMENDED_SCALING.queueTrigger.jobsPerReplica };
const FIXED: Autoscaler = {
  ...RECOMMENDED,
  scaledObject: { ...AS_RECOMMENDED.scaledObject, fallback: { failureThreshold: 3, replicas: 20 } },
};
/** Four hours at noon. */
const AWAY = { from: 12 * 3_600, to: 16 * 3_600 };

/** The recommended trigger alone and beside that on the queue; then while Prometheus is away. */
const VARIANTS: readonly Variant[] = [
  { name: 'recommended, the first trigger alone', autoscaler: RECOMMENDED },
  { name: 'both triggers', autoscaler: BESIDE },
  { name: 'Prometheus away for 4 h, the first alone', autoscaler: RECOMMENDED, outage: AWAY },
  { name: 'Prometheus away for 4 h, both', autoscaler: BESIDE, outage: AWAY },
  { name: 'Prometheus away for 4 h, a fallback of 20', autoscaler: FIXED, outage: AWAY },
];

const show = (value: number | undefined, digits: number) => (value === undefined ? '–' : value.toFixed(digits));

/** Medians over seeds; undefined where fewer than half of them reach it. */
function across(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return 2 * known.length > values.length ? median(known) : undefined;
}

/** Runs one scenario, prints what each policy needs for each wait, and answers ours over queue length. */
function run({ name, setup, all }: Scenario, days: readonly Trace[]) {
  const contenders = CONTENDERS.filter(({ policy }) => all || BY_WORK_AND_LENGTH.has(policy));
  const lines = contenders.map((one) => days.map((day) => frontierOf(sweep(day, one, setup))));
  const work = median(days.map(({ seconds }) => seconds.reduce((sum, one) => sum + one, 0) / 3600));
  const arrivals = median(days.map(({ at }) => at.length));
  console.log(`${name}: ${arrivals} runs, ${work.toFixed(0)} GPU hours of work; GPU hours for a p95 wait of`);
  printTable(
    contenders.map(({ policy }, index) => {
      const hours = WAITS.map((wait) => across(lines[index]!.map((line) => hoursAt(line, wait))));
      return { policy: policy.name, ...Object.fromEntries(WAITS.map((wait, at) => [`${wait} s`, show(hours[at], 0)])) };
    }),
  );
  printTable((name === GOAL ? VARIANTS : VARIANTS.slice(0, 2)).map((variant) => outcomeOf(days, setup, variant)));
  console.log('');
  const length = lines[contenders.findIndex(({ policy }) => policy === QUEUE_LENGTH)]!;
  return { name, ours: ratios(lines[0]!, length), alone: ratios(lines[1]!, length) };
}

/** What the recommended settings, or others near them, come to. */
function outcomeOf(days: readonly Trace[], setup: Setup, { name, autoscaler, outage }: Variant) {
  const outcomes = days.map((day) => simulate(day, autoscaler, { ...setup, ...(outage && { outage }) }));
  const wait = (share: number) => median(outcomes.map((outcome) => waitOf(outcome, share)));
  return {
    settings: name,
    gpu_hours: median(outcomes.map(({ gpuHours }) => gpuHours)),
    p50_s: wait(0.5),
    p95_s: wait(0.95),
    p99_s: wait(0.99),
    most_workers: median(outcomes.map(({ peak }) => peak)),
    handed_back: median(outcomes.map(({ handedBack }) => handedBack)),
  };
}

/** One policy over another: the median over WAITS, then over seeds; with the least and the greatest of the seeds. */
function ratios(ours: readonly Point[][], other: readonly Point[][]) {
  const each = ours.map((line, seed) => compare(line, other[seed]!));
  const over = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
    const range = known.length === 0 ? '' : ` (${known[0]!.toFixed(2)}–${known.at(-1)!.toFixed(2)})`;
    return { value: across(values), text: `${show(across(values), 2)}${range}` };
  };
  return {
    hours: over(each.map(({ hours }) => middle(hours))),
    waits: over(each.map(({ waits }) => middle(waits))),
  };
}

const chosen = SCENARIOS.filter(({ name }) => only === undefined || only.includes(name));
if (chosen.length === 0)
  throw new Error(`--only is "${only?.join('", "')}"; there are ${SCENARIOS.map(({ name }) => name).join('; ')}`);
const recorded = file === undefined ? undefined : readTrace(await readFile(file, 'utf8'));
const results =
  recorded === undefined
    ? chosen.map((one) =>
        run(
          one,
          seeds.map((seed) => makeDay(one.day, seed)),
        ),
      )
    : [run({ ...SCENARIOS[0]!, name: file! }, [recorded])];

console.log(`over queue length, medians of ${recorded === undefined ? seeds.length : 1} (least–greatest)`);
printTable(
  results.map(({ name, ours, alone }) => ({
    day: name,
    'hours at equal wait': ours.hours.text,
    'wait at equal hours': ours.waits.text,
    'work alone: hours': alone.hours.text,
    'work alone: wait': alone.waits.text,
  })),
);
console.log(`\n${describeMachine()}`);
const goal = results.find(({ name }) => name === GOAL)?.ours;
if (goal !== undefined)
  judge([
    { claim: 'p95 wait at equal GPU hours, over queue length', value: goal.waits.value ?? Infinity, limit: 0.7 },
    { claim: 'GPU hours at equal p95 wait, over queue length', value: goal.hours.value ?? Infinity, limit: 0.8 },
  ]);
