/**
 * Many who follow events on one gateway: `npm run bench:events [-- --model NAME]`.
 *
 * 500 clients, each with a stream of a generation of its own, in a process of their own. The workers are stopped; the bench
 * plays them, and logs ten events a second for each generation. Each event carries the moment at which it was made, so its
 * delay is the whole way: into Redis, through the gateway, to the client. The figures are medians of the passes.
 *
 * A client's memory is what 400 more of them add to the gateway's after a full collection: resident, while nothing happens; and
 * held on its heap, while events go on. What the process grows by besides is garbage that waits to be collected.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { QueueAdapter } from '@medley/queue';
import { RedisServer } from '@medley/testing/redis';
import { Service } from '@medley/testing/service';
import { describeMachine, judge, median, printTable, quantile } from '../figures.ts';
import { Inspector, type HeldMemory } from '../inspector.ts';
import { now, type ClientsAnswer, type ClientsMessage } from './protocol.ts';

const CLIENTS = 500;
const FEW_CLIENTS = 100;
const EVENTS_A_SECOND = CLIENTS * 10;
/** Events are logged in groups, this far apart. */
const TICK_MILLISECONDS = 10;
const PASS_SECONDS = 10;
const WARM_UP_SECONDS = 10;
const READINGS = 5;
const WORKERS = ['encoder-worker', 'diffusion-worker', 'decoder-worker'] as const;

const options = { model: { type: 'string', default: 'tiny-codi' }, passes: { type: 'string', default: '5' } } as const;
const { model, passes: count } = parseArgs({ options }).values;
const redis = await RedisServer.start();
const service = await Service.start({ models: [model], logs: 'bench-events', variables: { REDIS_URL: redis.url } });
const queue = new QueueAdapter({ url: redis.url, name: 'bench', onError: (error) => console.error(error.message) });
const clients = fork(new URL('./peer.ts', import.meta.url));

async function tell(message: ClientsMessage): Promise<ClientsAnswer> {
  const answered = once(clients, 'message');
  clients.send(message);
  return ((await answered) as [ClientsAnswer])[0];
}

/** Logs events of these generations in turn for so long, by the clock. */
async function logEvents(generations: readonly string[], seconds: number): Promise<void> {
  const { events } = queue.ports('patient');
  const logged: Promise<unknown>[] = [];
  const [begin, group] = [performance.now(), (EVENTS_A_SECOND * TICK_MILLISECONDS) / 1000];
  for (let sent = 0; sent < EVENTS_A_SECOND * seconds; sent += group) {
    await delay(Math.max(0, begin + (sent * 1000) / EVENTS_A_SECOND - performance.now()));
    for (let index = sent; index < sent + group; index += 1) {
      const step = { type: 'step' as const, step: now(), steps: 1, outputs: ['image' as const] };
      logged.push(events.append(generations[index % generations.length]!, 1, step));
    }
  }
  await Promise.all(logged);
}

const held = ({ heapUsed, external }: HeldMemory) => heapUsed + external;

/** Bytes that the gateway holds while events go on. */
async function heldWhileBusy(inspector: Inspector, generations: readonly string[]): Promise<number> {
  const readings: number[] = [];
  const going = logEvents(generations, READINGS);
  for (let at = 0; at < READINGS; at += 1) {
    await delay(800);
    readings.push(held(await inspector.memory()));
  }
  await going;
  return median(readings);
}

const passes: number[][] = [];
let few: HeldMemory;
let many: HeldMemory;
let busy: number;
try {
  await queue.start();
  for (const worker of WORKERS) await service.signal(worker, 'SIGSTOP');
  const body = { conditions: [{ type: 'text' as const, text: 'a dog' }], outputs: [{ type: 'image' as const }] };
  const generations: string[] = [];
  while (generations.length < CLIENTS) generations.push((await service.client.create(body)).id);
  const access = { type: 'open', base: service.url, key: service.key } as const;
  const inspector = await Inspector.open(await service.processId('gateway'));
  await tell({ ...access, generations: generations.slice(0, FEW_CLIENTS) });
  few = await inspector.memory();
  await tell({ ...access, generations: generations.slice(FEW_CLIENTS) });
  many = await inspector.memory();
  await logEvents(generations, WARM_UP_SECONDS);
  await tell({ type: 'take' });
  for (let at = 0; at < Number(count); at += 1) {
    await logEvents(generations, PASS_SECONDS);
    passes.push((await tell({ type: 'take' })).delays);
  }
  busy = await heldWhileBusy(inspector, generations);
  inspector.close();
  await tell({ type: 'close' });
} finally {
  clients.disconnect();
  for (const worker of WORKERS) await service.signal(worker, 'SIGCONT');
  await service.stop();
  await queue.close();
  await redis.close();
}

const figure = (share: number) => median(passes.map((delays) => quantile(delays, share)));
const seen = median(passes.map(({ length }) => length)) / PASS_SECONDS;
const [idle, active] = [many!.rss - few!.rss, busy! - held(few!)].map(
  (bytes) => bytes / (CLIENTS - FEW_CLIENTS) / 1000,
) as [number, number];
console.log(
  `${CLIENTS} clients, ${seen.toFixed(0)} events/s in all, ${count} passes of ${PASS_SECONDS} s\n${describeMachine()}\n`,
);
printTable([{ p50_ms: figure(0.5), p95_ms: figure(0.95), p99_ms: figure(0.99), slowest_ms: figure(1) }]);
judge([
  { claim: 'delay of an event, p99, ms', value: figure(0.99), limit: 150 },
  { claim: 'resident memory of a client that waits, KB', value: idle, limit: 40 },
  { claim: 'memory held for a client that is told ten events a second, KB', value: active, limit: 40 },
]);
