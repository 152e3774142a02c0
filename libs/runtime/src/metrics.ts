import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Buckets for seconds, from a millisecond to an hour. */
export const SECONDS_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600,
];
/** Buckets for bytes, from 1 KiB to 1 GiB. */
export const BYTES_BUCKETS = Array.from({ length: 11 }, (_, index) => 1024 * 4 ** index);

/** A name without the prefix, such as `job_run_seconds`; ends in its unit (`_seconds`, `_bytes`) or, for a counter, in `_total`. */
export interface MetricOptions<Label extends string> {
  name: string;
  help: string;
  /** Names of the labels. Their values come from small fixed sets: never an id, a key or a URL. */
  labels?: readonly Label[];
}

export type { Counter, Gauge, Histogram };

/** The registry of one process. Every metric is called `medley_…`; those of the Node process come by default. */
export class Metrics {
  readonly #registry = new Registry();

  constructor(processName: string) {
    this.#registry.setDefaultLabels({ process: processName });
    collectDefaultMetrics({ register: this.#registry, prefix: 'medley_' });
  }

  counter<Label extends string = never>({ name, help, labels = [] }: MetricOptions<Label>): Counter<Label> {
    return new Counter({ name: `medley_${name}`, help, labelNames: labels, registers: [this.#registry] });
  }

  /** With `collect`, the value is asked for at each scrape. */
  gauge<Label extends string = never>(
    { name, help, labels = [] }: MetricOptions<Label>,
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    return new Gauge({
      name: `medley_${name}`,
      help,
      labelNames: labels,
      registers: [this.#registry],
      ...(collect === undefined
        ? {}
        : {
            collect(this: Gauge<Label>) {
              return collect(this);
            },
          }),
    });
  }

  histogram<Label extends string = never>(
    { name, help, labels = [] }: MetricOptions<Label>,
    buckets: number[] = SECONDS_BUCKETS,
  ): Histogram<Label> {
    return new Histogram({ name: `medley_${name}`, help, labelNames: labels, buckets, registers: [this.#registry] });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The Prometheus text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
