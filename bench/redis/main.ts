/**
 * What a generation costs Redis: `npm run bench:redis [-- --model NAME --generations N --clients N]`.
 *
 * Text → image with 20 steps by all processes of a service, each generation followed over its event stream by a client that has
 * several at a time. In one pass the commands are counted (MONITOR tells those of clients from those that scripts call), in
 * another one without it the time is taken: that of the processor for Redis' main thread (INFO cpu), and by INFO commandstats,
 * from a CONFIG RESETSTAT on, that of each command. What the same processes ask of Redis in the same time while nothing is to be
 * done is taken off. A Redis that does little begins each command with cold caches; one that does nothing but the same command,
 * as redis-benchmark has it, is the other end. Needs `redis-cli` and `redis-benchmark`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MedleyClient } from '@medley/client';
import type { AppProcess } from '@medley/testing';
import { Cluster } from '@medley/testing/cluster';
import { describeMachine, printTable } from '../figures.ts';
import { RedisWatch } from './redis-watch.ts';

const STEPS = 20;
/** Commands that are listed. */
const MOST = 12;
const IDLE_MILLISECONDS = 10_000;
const APPS = ['gateway', 'encoder-worker', 'diffusion-worker', 'decoder-worker'] as const;

const options = {
  model: { type: 'string', default: 'picturebook' },
  generations: { type: 'string', default: '40' },
  clients: { type: 'string', default: '8' },
} as const;
const { model, ...numbers } = parseArgs({ options }).values;
const [generations, clients] = [Number(numbers.generations), Number(numbers.clients)];

const cluster = await Cluster.start('bench-redis');
const watch = new RedisWatch(cluster.stores.redis.url);
let client: MedleyClient;
const told = { step: 0, preview: 0 };

async function follow(text: string): Promise<void> {
  const body = { conditions: [{ type: 'text' as const, text }], outputs: [{ type: 'image' as const }], steps: STEPS };
  const { id } = await client.create(body);
  for await (const { type } of client.events(id)) {
    if (type === 'step' || type === 'preview') told[type] += 1;
    if (type === 'failed' || type === 'canceled') throw new Error(`${id} ${type}`);
  }
}

/** Seconds that so many generations took. */
async function pass(name: string, count: number): Promise<number> {
  const begin = performance.now();
  let next = 0;
  const one = async () => {
    while (next < count) await follow(`${name} ${next++}`);
  };
  await Promise.all(Array.from({ length: clients }, one));
  return (performance.now() - begin) / 1000;
}

const idle = () => delay(IDLE_MILLISECONDS);
const IDLE_SECONDS = IDLE_MILLISECONDS / 1000;
const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((all, one) => all + one, 0);

let seconds = 0;
const run = (name: string) => async () => void (seconds = await pass(name, generations));
try {
  const variables = { MEDLEY_MODELS: model, LOG_LEVEL: 'warn' };
  const [gateway, , diffusion] = await Promise.all(APPS.map((app) => cluster.run(app, { variables })));
  client = new MedleyClient({ url: gateway!.api, key: cluster.key });
  await pass('warm-up', clients);
  await idle();
  const [idleCounts, idleTime] = [await watch.count(idle), await watch.time(idle)];
  told.step = told.preview = 0;
  const counts = await watch.count(run('counted'));
  const each = (busy: number, atRest: number) => (busy - (atRest * seconds) / IDLE_SECONDS) / generations;
  const [sent, called] = [
    each(sum(counts.clients), sum(idleCounts.clients)),
    each(sum(counts.scripts), sum(idleCounts.scripts)),
  ];
  const commands = [...counts.clients].map(([command, count]) => ({
    'sent by clients': command,
    'a generation': each(count, idleCounts.clients.get(command) ?? 0),
  }));
  const [steps, previews] = [told.step / generations, told.preview / generations];

  const time = await watch.time(run('timed'));
  const again = await stepOverAndOver(diffusion!);
  const thread = each(time.thread, idleTime.thread);
  console.log(`${model}, text → image, ${STEPS} steps, ${generations} generations, ${clients} at a time`);
  console.log(`${describeMachine()}\n`);
  console.log(`a generation (${steps.toFixed(1)} steps and ${previews.toFixed(1)} previews told):`);
  printTable([
    { what: 'commands that clients send', value: sent },
    { what: 'of these, scripts', value: each(scripts(counts.clients), scripts(idleCounts.clients)) },
    { what: 'commands that scripts call', value: called },
    { what: 'µs of the main thread', value: thread },
  ]);
  console.log(`\nat rest, a second: ${(sum(idleCounts.clients) / IDLE_SECONDS).toFixed(1)} commands of clients\n`);
  printTable(commands.sort((a, b) => b['a generation'] - a['a generation']).slice(0, MOST));
  const spent = [...time.commands].map(([command, microseconds]) => ({
    command,
    'µs a generation': each(microseconds, idleTime.commands.get(command) ?? 0),
  }));
  console.log('\none command over and over, from eight clients:');
  printTable(again);
  console.log('');
  printTable(spent.sort((a, b) => b['µs a generation'] - a['µs a generation']).slice(0, MOST));
} finally {
  await cluster.close();
}

/** What telling a step costs where Redis does nothing else, beside a SET. The generation stands still meanwhile. */
async function stepOverAndOver(worker: AppProcess) {
  const body = { conditions: [{ type: 'text' as const, text: 'again' }], outputs: [{ type: 'image' as const }] };
  const { id } = await client.create({ ...body, steps: 100 });
  const { latest } = await watch.count(async () => {
    for await (const event of client.events(id)) if (event.type === 'step' && event.step > 4) break;
    process.kill(worker.id, 'SIGSTOP');
  });
  const call = (holds: (words: string) => boolean) => [...latest.values()].find((words) => holds(words.join(' ')))!;
  const microseconds = {
    SET: await watch.each(['-t', 'set']),
    'state after a step': await watch.each(call((words) => words.includes(' progress '))),
    'event of a step': await watch.each(call((words) => words.includes('"type":"step"'))),
  };
  process.kill(worker.id, 'SIGCONT');
  await client.cancel(id);
  return Object.entries(microseconds).map(([command, value]) => ({ command, 'µs of the main thread': value }));
}

/** Calls of scripts among commands, or what they took. */
function scripts(of: ReadonlyMap<string, number>): number {
  return (of.get('evalsha') ?? 0) + (of.get('eval') ?? 0);
}
