import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MedleyClient, type GenerationBody } from '@medley/client';
import { Prometheus, hasPrometheus, type AppProcess, type PrometheusSeries } from '@medley/testing';
import { Cluster } from '@medley/testing/cluster';
import { expectSuccess, follow } from './fixtures/outputs.ts';
import {
  alertNames,
  alertOperands,
  panelQueries,
  prometheusConfiguration,
  recordedQueries,
  scalingQueries,
  variableQueries,
  type ShippedQuery,
} from './fixtures/shipped-queries.ts';
import { Studio, dataUri } from './fixtures/studio.ts';

jest.setTimeout(300_000);

const WORKERS = ['encoder-worker', 'diffusion-worker', 'decoder-worker'] as const;
const TEXT = { type: 'text', text: 'a dog' } as const;
/** Milliseconds of load within which everything is to be told of. */
const LOAD_MILLISECONDS = 120_000;
/** Scrapes come each second. */
const WINDOW = '30s';

/** What is empty while all is well, and what is asked instead: the same without the condition that is not met. */
const EMPTY_WHEN_WELL: Readonly<Record<string, { without: string | undefined; why: string }>> = {
  'Medley: Reliability / Which alerts fire or are about to?': {
    without: undefined,
    why: 'there are series of ALERTS only while one fires or is about to',
  },
  'Medley: Redis & S3 / Which requests to S3 fail or are given up?': {
    without: '{outcome=~"failed|aborted"}',
    why: 'an outcome has a series from its first time on',
  },
};

let cluster: Cluster;
let gateways: AppProcess[];
let workers: AppProcess[];
let client: MedleyClient;
let studio: Studio;
let receiver: Server;
/** Ids that the webhook was told. */
const told: string[] = [];
/** Milliseconds from each request to the end of its generation, as the client saw it. */
const seen: number[] = [];

beforeAll(async () => {
  studio = await Studio.open();
  receiver = createServer((request, response) => {
    told.push(String(request.headers['webhook-id']));
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  cluster = await Cluster.start('e2e-monitoring');
  const variables = {
    MEDLEY_MODELS: 'tiny-codi,picturebook',
    MEDLEY_WEBHOOK_ALLOW: '127.0.0.1',
    MEDLEY_RECONCILE_SECONDS: '0.5',
  };
  const gateway = () => cluster.run('gateway', { variables });
  [gateways, workers] = await Promise.all([
    Promise.all([gateway(), gateway()]),
    Promise.all(WORKERS.map((app) => cluster.run(app, { variables }))),
  ]);
  client = new MedleyClient({ url: gateways[0]!.api, key: cluster.key });
});
afterAll(async () => {
  receiver.close();
  await Promise.all([cluster.close(), studio.close()]);
});

const broken = async () => dataUri('image/png', (await studio.png(0.3)).subarray(0, -60));

async function succeed(body: GenerationBody): Promise<void> {
  const begin = performance.now();
  const { generation } = await follow(client, body);
  seen.push(performance.now() - begin);
  expectSuccess(generation);
}

/** Generations of every kind: all outputs, a picture by a picture, one whose file can't be read, one that is taken back, one with a webhook. */
async function load(round: number): Promise<void> {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const picture = dataUri('image/png', await studio.png(0.6));
  const outputs = (['text', 'image', 'audio', 'video'] as const).map((type) => ({ type }));
  const canceled = client
    .create({ conditions: [TEXT], outputs: [{ type: 'image' }], steps: 200 })
    .then(({ id }) => client.cancel(id));
  const refused = follow(client, {
    conditions: [{ type: 'image', data: await broken() }],
    outputs: [{ type: 'text' }],
  });
  await Promise.all([
    succeed({ conditions: [TEXT], outputs, seed: round }),
    succeed({ conditions: [{ type: 'text', text: `dog ${round}` }], outputs: [{ type: 'image' }], webhook: { url } }),
    succeed({ model: 'picturebook', conditions: [{ type: 'image', data: picture }], outputs: [{ type: 'image' }] }),
    canceled,
    refused.catch(() => undefined),
  ]);
}

/** Names of docs/metrics.md, for a process. */
function documented(app: string): string[] {
  const rows = readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(medley_\w+)` .*\| ([a-z, -]+?) *\|$/gm);
  return [...rows].filter(([, , processes]) => processes!.split(', ').includes(app)).map(([, name]) => name!);
}

describe('/metrics', () => {
  it('of each process tells what is documented, and nothing else', async () => {
    for (const [index, app] of (['gateway', ...WORKERS] as const).entries()) {
      const process = [gateways[0]!, ...workers][index]!;
      const text = await (await fetch(`${process.health}/metrics`)).text();
      const names = [...text.matchAll(/^# TYPE (\w+) \w+$/gm)].map(([, name]) => name!);
      expect({ app, names: names.sort() }).toEqual({ app, names: documented(app).sort() });
    }
  });
});

(hasPrometheus() ? describe : describe.skip)('a Prometheus that scrapes the service under load', () => {
  let prometheus: Prometheus;
  const panels = panelQueries(WINDOW);
  const shipped = [...panels, ...recordedQueries(), ...alertOperands(), ...scalingQueries()];
  /** The last answer to each query. */
  const answers = new Map<ShippedQuery, PrometheusSeries[]>();
  const of = (from: string) => shipped.filter((one) => one.from === from).map((one) => answers.get(one)!);

  function asked({ from, query }: ShippedQuery): string | undefined {
    const { without } = EMPTY_WHEN_WELL[from] ?? { without: '' };
    return without === undefined ? undefined : query.replace(without, '');
  }

  beforeAll(async () => {
    const targets = [...gateways, ...workers].map(({ health }) => new URL(health).host);
    prometheus = await Prometheus.start(prometheusConfiguration(targets, resolve('monitoring/alerts.yml')));
    const end = performance.now() + LOAD_MILLISECONDS;
    for (let round = 0; performance.now() < end; round += 1) {
      await load(round);
      for (const one of shipped) {
        const query = asked(one);
        answers.set(one, query === undefined ? [] : await prometheus.query(query));
      }
      // A quotient of what did not happen within the window is no number yet.
      const told = (series: PrometheusSeries[]) =>
        series.length > 0 && series.every(({ value }) => Number.isFinite(value));
      if (shipped.every((one) => asked(one) === undefined || told(answers.get(one)!))) break;
    }
  });
  afterAll(() => prometheus.close());

  it('has an answer to every query of every panel, rule, alert and ScaledObject', () => {
    const unanswered = shipped.filter((one) => asked(one) !== undefined && answers.get(one)!.length === 0);
    expect(unanswered.map(({ from, query }) => `${from}: ${query}`)).toEqual([]);
    expect([...answers.values()].flat().filter(({ value }) => !Number.isFinite(value) || value < 0)).toEqual([]);
    expect(shipped.length).toBeGreaterThan(100);
  });

  it('excuses only queries that there are', () => {
    for (const [from, { without = '' }] of Object.entries(EMPTY_WHEN_WELL)) {
      const excused = shipped.filter((one) => one.from === from);
      expect(excused.length).toBeGreaterThan(0);
      for (const { query } of excused) expect(query).toContain(without);
    }
  });

  it('gives each line of a panel a name of its own', () => {
    for (const { title, lines } of byPanel(panels)) {
      const names = lines.flatMap((line) =>
        answers
          .get(line)!
          .map(({ labels }) => line.legend.replace(/\{\{(\w+)\}\}/g, (_, label) => labels[label as string] ?? '?')),
      );
      expect({ title, twice: names.filter((name, index) => names.indexOf(name) !== index) }).toEqual({
        title,
        twice: [],
      });
      expect({ title, unnamed: names.filter((name) => name.includes('?')) }).toEqual({ title, unnamed: [] });
    }
  });

  it('has values to choose for every variable', async () => {
    for (const { name, metric } of variableQueries()) {
      const values = (await prometheus.query(`count by (${name}) (${metric})`)).map(({ labels }) => labels[name]);
      expect({ name, some: values.length > 0, nameless: values.includes(undefined) }).toEqual({
        name,
        some: true,
        nameless: false,
      });
    }
  });

  it('evaluates every rule, and every alert is loaded', async () => {
    const loaded = await prometheus.rules();
    expect(loaded.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(loaded.map(({ name }) => name)).toEqual(expect.arrayContaining(alertNames()));
    expect(await prometheus.query('ALERTS{alertstate="firing"}')).toEqual([]);
  });

  it('is told the same of the pools by both gateways, of the work that was accepted too', async () => {
    const [accepted] = await prometheus.query('sum(max by (stage, bundle) (medley_pool_accepted_work_seconds_total))');
    expect(accepted!.value).toBeGreaterThan(0);
    const differing =
      'max by (stage, bundle) (medley_pool_accepted_work_seconds_total) != min by (stage, bundle) (medley_pool_accepted_work_seconds_total)';
    // The last scrape of one gateway may be older than the last generation, and that of the other younger.
    while ((await prometheus.query(differing)).length > 0) await setImmediate();
  });

  it('shows on the overview what clients saw', async () => {
    const quantiles = of('Medley: Overview / How long do generations take, from acceptance to success?');
    const [p50, p95, p99] = quantiles.map(([series]) => series!.value) as [number, number, number];
    expect(p50).toBeLessThanOrEqual(p95);
    expect(p95).toBeLessThanOrEqual(p99);
    // A quantile lies within the bucket of what it is of: no further up than the first bound above the slowest.
    const bounds = (await prometheus.query('count by (le) (medley_generation_seconds_bucket)')).map(({ labels }) =>
      Number(labels['le']!.replace('+Inf', 'Infinity')),
    );
    const slowest = Math.max(...seen) / 1000;
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeLessThanOrEqual(Math.min(...bounds.filter((bound) => bound >= slowest)));
    const rounds = seen.length / 3;
    // What came after the last scrape is told by the next one, and a webhook after the end.
    while (told.length < rounds) await setImmediate();
    while ((await prometheus.query('sum(medley_generations_ended_total)'))[0]!.value < 5 * rounds) await setImmediate();
    const ended = await prometheus.query('sum by (outcome) (medley_generations_ended_total)');
    const outcomes = Object.fromEntries(ended.map(({ labels, value }) => [labels['outcome']!, value]));
    expect(outcomes).toMatchObject({ succeeded: seen.length, refused: rounds, failed: 0, canceled: rounds });
    expect(told.length).toBe(rounds);
    const [accepted] = await prometheus.query('sum(medley_generations_accepted_total)');
    expect(accepted!.value).toBe(5 * rounds);
  });
});

function byPanel(queries: readonly ShippedQuery[]): { title: string; lines: ShippedQuery[] }[] {
  const titles = [...new Set(queries.map(({ from }) => from))];
  return titles.map((title) => ({ title, lines: queries.filter(({ from }) => from === title) }));
}
