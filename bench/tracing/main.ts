/**
 * What tracing costs: `npm run bench:tracing [-- --model NAME --rounds N --clients N]`.
 *
 * Two services run side by side, alike but for this: one sends every span of every trace to a receiver here, which throws them away;
 * the other traces nothing. Clients ask for text → image with 20 steps, each for one generation after another. Rounds of the two
 * alternate, and which is first changes with each pair, so that whatever else the machine does weighs on both. The figures are
 * medians of the pairs' ratios: of generations a second, and of the processor's seconds that all processes of a service took for
 * one, which others on the machine disturb less.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Service } from '@medley/testing/service';
import { describeMachine, judge, median, printTable, quantile } from '../figures.ts';
import { generate } from '../overhead/generate.ts';

const STEPS = 20;
/** Until the code of spans is compiled as that of the rest is. */
const WARM_UP = 200;
/** Of the kernel's clock, in a second. */
const TICKS = 100;

const options = {
  model: { type: 'string', default: 'tiny-codi' },
  rounds: { type: 'string', default: '9' },
  generations: { type: 'string', default: '80' },
  clients: { type: 'string', default: '8' },
} as const;
const { model, rounds, generations, clients } = parseArgs({ options }).values;

let bytes = 0;
const receiver = createServer((request, response) => {
  request.on('data', (part: Buffer) => (bytes += part.byteLength));
  request.once('end', () => response.setHeader('content-type', 'application/x-protobuf').end());
});
await once(receiver.listen(0, '127.0.0.1'), 'listening');
const collector = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

const start = (name: string, variables: Record<string, string> = {}) =>
  Service.start({ models: [model], logs: `bench-tracing-${name}`, variables });
const services = { off: await start('off'), on: await start('on', { OTEL_EXPORTER_OTLP_ENDPOINT: collector }) };

/** Seconds of the processor that the processes of a service have taken so far; of those that ended by whom they were waited for. */
async function processorSeconds(service: Service): Promise<number> {
  const ticks = (await service.processes()).map(({ id }) => {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS;
}

interface Round {
  /** Generations. */
  perSecond: number;
  /** Milliseconds of the processor. */
  processor: number;
}

async function round(kind: keyof typeof services, name: string, count: number): Promise<Round> {
  const texts = Array.from({ length: count }, (_, index) => `${name} ${index}`).values();
  const [begin, before] = [performance.now(), await processorSeconds(services[kind])];
  const client = async () => {
    for (const text of texts) await generate(services[kind], STEPS, text);
  };
  await Promise.all(Array.from({ length: Number(clients) }, client));
  const perSecond = (count * 1000) / (performance.now() - begin);
  const processor = ((await processorSeconds(services[kind])) - before) * 1000;
  return { perSecond, processor: processor / count };
}

const pairs: Record<keyof typeof services, Round>[] = [];
try {
  for (const kind of ['off', 'on'] as const) await round(kind, 'warm-up', WARM_UP);
  bytes = 0;
  for (let at = 0; at < Number(rounds); at += 1) {
    const measured = new Map<string, Round>();
    const order = at % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const);
    for (const kind of order) measured.set(kind, await round(kind, `round ${at}`, Number(generations)));
    pairs.push({ off: measured.get('off')!, on: measured.get('on')! });
  }
} finally {
  await Promise.all([services.off.stop(), services.on.stop()]);
  receiver.close();
}

const row = (tracing: keyof typeof services) => {
  const values = pairs.map((pair) => pair[tracing].perSecond);
  return {
    tracing,
    'generations/s, p50': median(values),
    slowest: quantile(values, 0),
    fastest: quantile(values, 1),
    'processor ms for one, p50': median(pairs.map((pair) => pair[tracing].processor)),
  };
};
const lost = pairs.map(({ off, on }) => (1 - on.perSecond / off.perSecond) * 100);
const more = pairs.map(({ off, on }) => (on.processor / off.processor - 1) * 100);
const list = (values: readonly number[]) => values.map((value) => value.toFixed(1)).join(', ');
console.log(
  `${model}, text → image, ${STEPS} steps, ${rounds} pairs of ${generations} generations, ${clients} clients`,
);
console.log(`${describeMachine()}\n`);
printTable([row('off'), row('on')]);
console.log(`\nthroughput lost in each pair, %: ${list(lost)}\nprocessor more in each pair, %: ${list(more)}`);
const sent = bytes / (Number(rounds) * Number(generations)) / 1024;
console.log(`${sent.toFixed(1)} KiB of spans for each generation`);
judge([
  { claim: 'throughput lost, median, %', value: median(lost), limit: 3 },
  { claim: 'processor time more, median, %', value: median(more), limit: 3 },
]);
