import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Buckets for seconds, from a millisecond to an hour. */
export const SECONDS_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600,
];
/** Buckets for bytes, from 1 KiB to 1 GiB. */
export const BYTES_BUCKETS = Array.from({ length: 11 }, (_, index) => 1024 * 4 ** index);

/** The values of each label; where they are another's to say, such as the names of bundles, what they are in words. */
export type LabelValues<Label extends string> = Readonly<Record<Label, readonly string[] | string>>;

/** A name without the prefix, such as `job_run_seconds`; ends in its unit (`_seconds`, `_bytes`) or, for a counter, in `_total`. */
export interface MetricOptions<Label extends string> {
  name: string;
  help: string;
  /** Small fixed sets: never an id, a key or a URL. */
  labels?: LabelValues<Label>;
}

/** A metric as documents tell of it. */
export interface MetricDescription {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: LabelValues<string>;
}

export type { Counter, Gauge, Histogram };

/** The registry of one process. Every metric is called `medley_…`. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #descriptions: MetricDescription[] = [];

  constructor(processName: string) {
    this.#registry.setDefaultLabels({ process: processName });
  }

  /**
   * Begins at 0 for every value of its labels, where these are listed: what never happened can be asked for too. With `collect`, what
   * someone else counts is asked for at each scrape.
   */
  counter<Label extends string = never>(
    options: MetricOptions<Label>,
    collect?: (counter: Counter<Label>) => void | Promise<void>,
  ): Counter<Label> {
    const counter = new Counter<Label>({ ...this.#named('counter', options), ...collected(collect) });
    for (const labels of combinations(options.labels)) counter.inc(labels, 0);
    return counter;
  }

  /** With `collect`, the value is asked for at each scrape. */
  gauge<Label extends string = never>(
    options: MetricOptions<Label>,
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    return new Gauge<Label>({ ...this.#named('gauge', options), ...collected(collect) });
  }

  histogram<Label extends string = never>(
    options: MetricOptions<Label>,
    buckets: number[] = SECONDS_BUCKETS,
  ): Histogram<Label> {
    return new Histogram<Label>({ ...this.#named('histogram', options), buckets });
  }

  /** What was registered here, by name. */
  get descriptions(): MetricDescription[] {
    return this.#descriptions.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The Prometheus text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #named<Label extends string>(type: MetricDescription['type'], { name, help, labels }: MetricOptions<Label>) {
    const full = `medley_${name}`;
    this.#descriptions.push({ name: full, type, help, labels: labels ?? {} });
    return { name: full, help, labelNames: Object.keys(labels ?? {}) as Label[], registers: [this.#registry] };
  }
}

/** As prom-client takes it: the metric is `this`. */
function collected<Metric>(collect: ((metric: Metric) => void | Promise<void>) | undefined) {
  if (collect === undefined) return {};
  return {
    collect(this: Metric) {
      return collect(this);
    },
  };
}

/** Every combination of listed values; none where a label's are told in words. */
function combinations<Label extends string>(labels: LabelValues<Label> | undefined): Record<Label, string>[] {
  const entries = Object.entries<readonly string[] | string>(labels ?? {});
  if (entries.length === 0) return [];
  return entries.reduce<Record<string, string>[]>(
    (all, [label, values]) =>
      typeof values === 'string' ? [] : all.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}
