/**
 * Memory at rest: `npm run bench:memory [-- --model NAME]`.
 *
 * Resident megabytes of each process that `npm start` runs, after it has made one of everything and then nothing for a
 * while, and without the files of the graphs that it holds. Children that handle media are processes of their own, listed
 * below the worker that they belong to. The figures are medians of several readings.
 */
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MODALITIES, loadBundle, type GraphRole, type Bundle } from '@medley/domain';
import { STAGE_GRAPHS } from '@medley/inference';
import { Service, type ProcessRow } from '@medley/testing/service';
import { describeMachine, judge, median, printTable } from '../figures.ts';

const READINGS = 7;
const PAUSE_MILLISECONDS = 2_000;
const REST_MILLISECONDS = 15_000;
const MB = 1e6;

const { model } = parseArgs({ options: { model: { type: 'string', default: 'tiny-codi' } } }).values;
const bundle = await loadBundle(fileURLToPath(new URL(`../../bundles/${model}`, import.meta.url)));

/** Bytes of the graph files of some roles. */
function graphBytes({ manifest }: Bundle, roles: readonly GraphRole[]): number {
  const files = new Set(
    MODALITIES.flatMap((modality) => roles.map((role) => manifest.modalities[modality]?.graphs[role]?.file)),
  );
  return manifest.files.filter(({ path }) => files.has(path)).reduce((sum, { bytes }) => sum + bytes, 0);
}

const PROCESSES: readonly { name: string; command: RegExp; graphs: readonly GraphRole[] }[] = [
  { name: 'gateway', command: /apps\/gateway\/main\.js/, graphs: [] },
  { name: 'encoder-worker', command: /apps\/encoder-worker\/main\.js/, graphs: STAGE_GRAPHS.encode },
  { name: 'diffusion-worker', command: /apps\/diffusion-worker\/main\.js/, graphs: STAGE_GRAPHS.diffuse },
  { name: 'decoder-worker', command: /apps\/decoder-worker\/main\.js/, graphs: STAGE_GRAPHS.decode },
  { name: 'object-store', command: /object-store\/main\.js/, graphs: [] },
];

/** Resident bytes by name; `<name>'s children` beside it. */
function read(rows: readonly ProcessRow[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { name, command } of PROCESSES) {
    const process = rows.find((row) => command.test(row.command) && !row.command.includes('media-child'))!;
    found.set(name, process.memory);
    const below = new Set([process.id]);
    let children = 0;
    for (const row of rows) {
      if (!below.has(row.parent)) continue;
      below.add(row.id);
      children += row.memory;
    }
    found.set(`${name}’s children`, children);
  }
  return found;
}

const service = await Service.start({ models: [model], logs: 'bench-memory' });
const readings: Map<string, number>[] = [];
try {
  await service.client.generate({
    conditions: [{ type: 'text', text: 'a dog' }],
    outputs: Object.keys(bundle.manifest.modalities).map((type) => ({ type: type as (typeof MODALITIES)[number] })),
  });
  await delay(REST_MILLISECONDS);
  for (let at = 0; at < READINGS; at += 1) {
    readings.push(read(await service.processes()));
    await delay(PAUSE_MILLISECONDS);
  }
} finally {
  await service.stop();
}

const of = (name: string) => median(readings.map((reading) => reading.get(name)!)) / MB;
const rows = PROCESSES.map(({ name, graphs }) => {
  const files = graphBytes(bundle, graphs) / MB;
  return {
    process: name,
    resident_mb: of(name),
    graphs_mb: files,
    without_graphs_mb: of(name) - files,
    children_mb: of(`${name}’s children`),
  };
});
console.log(`${model}, ${READINGS} readings\n${describeMachine()}\n`);
printTable(rows);
judge(
  rows
    .filter(({ process }) => process !== 'object-store')
    .map(({ process, without_graphs_mb: value }) => ({
      claim: `${process} without its graphs and children, MB`,
      value,
      limit: 200,
    })),
);
