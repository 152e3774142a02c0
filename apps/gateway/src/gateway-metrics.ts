import type { GenerationResult, ReconcileAction } from '@medley/domain';
import { GenerationMetrics, JobMetrics, StorageMetrics } from '@medley/runtime';
import type { Counter, Gauge, Histogram, Logger, Metrics } from '@medley/runtime';
import { PoolMetrics, type PoolSource } from './pool-metrics.ts';
import type { CatalogEntry } from './models/bundle-catalog.ts';
import { ATTEMPT_OUTCOMES } from './webhooks/delivery-record.ts';

const REPAIRS = ['finish', 'encode-flow', 'decode-flow', 'fail', 'next-epoch'] as const satisfies readonly Exclude<
  ReconcileAction['type'],
  'none'
>[];
const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** Where figures come from that are asked for at each scrape. */
export interface GatewaySources extends PoolSource {
  /** Open event streams. */
  eventClients(): number;
  /** Bundles that this gateway serves. */
  entries(): readonly CatalogEntry[];
}

/** What the gateway counts. */
export class GatewayMetrics {
  readonly jobs: JobMetrics;
  readonly generations: GenerationMetrics;
  readonly storage: StorageMetrics;
  /** Generations accepted, by bundle. */
  readonly accepted: Counter<'bundle'>;
  /** Generations that are open, as the last pass of the reconciler found; only where its lease is held. */
  readonly open: Gauge;
  /** Actions of the reconciler, by kind. */
  readonly repairs: Counter<'action'>;
  /** Seconds from a request to the end of its answer, by route and class of status. */
  readonly requestSeconds: Histogram<'route' | 'status'>;
  /** Attempts to tell a webhook, those of progress included, by outcome. */
  readonly webhookAttempts: Counter<'outcome'>;
  /** Ends that webhooks were told, or that were given up. */
  readonly deliveries: Counter<'status'>;
  /** Ends that are owed to webhooks, as the last pass over them found; only where its lease is held. */
  readonly webhooksOwed: Gauge;

  constructor(metrics: Metrics, logger: Logger, sources: GatewaySources) {
    this.jobs = new JobMetrics(metrics, logger, ['ingest', 'notify']);
    this.generations = new GenerationMetrics(metrics);
    this.storage = new StorageMetrics(metrics);
    new PoolMetrics(metrics, sources, () => sources.entries());
    this.accepted = metrics.counter({
      name: 'generations_accepted_total',
      help: 'Generations accepted',
      labels: { bundle: 'name of a bundle' },
    });
    this.open = metrics.gauge({
      name: 'generations_in_flight',
      help: 'Open generations that S3 holds, told by the process that holds the lease of the reconciler',
    });
    this.repairs = metrics.counter({
      name: 'reconciler_repairs_total',
      help: 'Actions of the reconciler',
      labels: { action: REPAIRS },
    });
    this.requestSeconds = metrics.histogram({
      name: 'http_request_seconds',
      help: 'Seconds from a request to the end of its answer',
      labels: { route: 'pattern of a path of the API, such as /v1/generations/:id', status: STATUS_CLASSES },
    });
    this.webhookAttempts = metrics.counter({
      name: 'webhook_attempts_total',
      help: 'Attempts to tell a webhook, those of progress included',
      labels: { outcome: ATTEMPT_OUTCOMES },
    });
    this.deliveries = metrics.counter({
      name: 'webhook_deliveries_total',
      help: 'Ends of generations that webhooks were told, or that were given up (dead letters)',
      labels: { status: ['delivered', 'dead'] },
    });
    this.webhooksOwed = metrics.gauge({
      name: 'webhooks_owed',
      help: 'Ends that are owed to webhooks, told by the process that holds the lease of the notifications',
    });
    metrics.gauge({ name: 'event_clients', help: 'Open event streams' }, (gauge) => gauge.set(sources.eventClients()));
  }

  endedWith(result: GenerationResult): void {
    this.generations.endedWith(result);
  }

  /** Bundles begin at 0: what was never asked of one can be asked for too. */
  serves(bundles: readonly { name: string }[]): void {
    for (const { name } of bundles) this.accepted.inc({ bundle: name }, 0);
  }

  /** `undefined`: another process knows. */
  seen(open: number | undefined): void {
    show(this.open, open);
  }

  /** The same of what is owed to webhooks. */
  seenOwed(owed: number | undefined): void {
    show(this.webhooksOwed, owed);
  }

  repaired({ type }: ReconcileAction): void {
    this.repairs.inc({ action: type });
  }

  answered(route: string, status: number, seconds: number): void {
    this.requestSeconds.observe({ route, status: `${Math.floor(status / 100)}xx` }, seconds);
  }
}

function show(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}
