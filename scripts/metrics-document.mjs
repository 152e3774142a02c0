// docs/metrics.md from the metrics that each process registers.
import { format } from 'prettier';
import { Metrics, ProcessMetrics, TraceMetrics, createLogger } from '../libs/runtime/src/index.ts';
import { DecoderMetrics } from '../apps/decoder-worker/src/decoder-metrics.ts';
import { DiffusionMetrics } from '../apps/diffusion-worker/src/diffusion-metrics.ts';
import { EncoderMetrics } from '../apps/encoder-worker/src/encoder-metrics.ts';
import { GatewayMetrics } from '../apps/gateway/src/gateway-metrics.ts';

const logger = createLogger({ name: 'metrics', destination: { write: () => undefined } });
const nothing = () => 0;
const sources = {
  eventClients: nothing,
  entries: () => [],
  pools: async () => [],
  accepted: async () => [],
  figures: async () => undefined,
};

/** What registers the metrics of a process, by its name. */
const PROCESSES = {
  gateway: (metrics) => new GatewayMetrics(metrics, logger, sources),
  'encoder-worker': (metrics) => new EncoderMetrics(metrics, logger, nothing),
  'diffusion-worker': (metrics) => new DiffusionMetrics(metrics, logger, nothing),
  'decoder-worker': (metrics) => new DecoderMetrics(metrics, logger, nothing),
};

/** Every metric once, with the processes that have it and all values of its labels. */
function everyMetric() {
  const all = new Map();
  for (const [name, register] of Object.entries(PROCESSES)) {
    const metrics = new Metrics(name);
    register(metrics);
    new TraceMetrics(metrics);
    new ProcessMetrics(metrics).close();
    for (const one of metrics.descriptions) {
      const known = all.get(one.name) ?? { ...one, labels: {}, processes: [] };
      known.processes.push(name);
      for (const [label, values] of Object.entries(one.labels))
        known.labels[label] =
          typeof values === 'string' ? values : [...new Set([...(known.labels[label] ?? []), ...values])];
      all.set(one.name, known);
    }
  }
  return [...all.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

const labelCell = (labels) =>
  Object.entries(labels)
    .map(([label, values]) => `\`${label}\`: ${typeof values === 'string' ? values : values.join(', ')}`)
    .join('; ');

function table(metrics) {
  const rows = metrics.map(
    ({ name, type, help, labels, processes }) =>
      `| \`${name}\` | ${type} | ${help} | ${labelCell(labels)} | ${processes.join(', ')} |`,
  );
  return ['| metric | type | meaning | labels | processes |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/** The page, as Prettier writes it. */
export async function metricsDocument(options) {
  const page = `# Metrics

<!-- Generated from the code by "npm run generate". -->

Every process answers \`/metrics\` in Prometheus' text format on its port of health and metrics (\`METRICS_PORT\`), and names itself in the
label \`process\`. Labels have small fixed sets of values: no id, key or address is one, so the number of series does not grow with use.
Counters begin at 0 for every value of their labels.

- What is counted by several processes has one name: sum over them. A generation's end is counted by whoever won its commit, a
  delivery by whoever wrote its end, so neither is counted twice when a job runs twice. A process that is killed between the
  commit and its next scrape takes that count along.
- \`medley_pool_…\` and \`medley_redis_…\` are said of the whole deployment, by every gateway alike: take \`max by (stage, bundle, digest)\`.
  They are read from Redis at each scrape, at the same cost however many generations there are, and are a second old at most. While
  Redis does not answer they are left out.
- A scrape of a gateway does not grow with what waits. \`npm run bench:scrape\` on 2 × Intel(R) Xeon(R) Processor (a virtual machine with nothing
  else to do), Node v24.21.0, medians of five passes of 20 scrapes: half of them took 4.2 ms with nothing accepted, 2.9 ms with 10,000
  generations open and 6.5 ms when these had ended; 95 % took 7.5, 7.8 and 10.7 ms at most. Where a processor sleeps deeper between
  scrapes, and its caches are others' by then, an idle gateway takes several times as long: 30 ms on the same machine in its morning, before the change that is told of there
  ([why](decisions/2026-11-28-what-a-cold-scrape-costs.md)).
- \`medley_pool_work_seconds\` is the rows of graphs that wait or run times what the workers measured a row to cost, as
  \`POST /v1/generations/estimate\` takes it; else what the manifest says, else 10 ms. It is work for one thread: a pool of _n_ threads needs
  an _n_-th of it. A run counts with the steps that are left. Encoding and diffusion count from the acceptance on, decoding from
  the last step on. It is 0 when nothing is open.
- \`medley_pool_accepted_work_seconds_total\` is counted in Redis with each acceptance, by what rows cost then, so it goes on where a
  gateway is started anew; it begins at 0 with an empty Redis. What the reconciler queues anew is not accepted again.
- A wait begins when a job could start: for \`encode\` at the acceptance, or when its URL is fetched; for \`diffuse\` with the last
  embedding; for \`decode\` with the latents; again when a job is handed back, taken back or to be tried once more.
- \`medley_process_…\` and \`medley_nodejs_…\` tell of the process itself and of its main thread.

${table(everyMetric())}
`;
  return format(page, { ...options, parser: 'markdown' });
}
