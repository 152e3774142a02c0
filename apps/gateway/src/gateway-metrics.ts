import type { GenerationResult, ReconcileAction } from '@medley/domain';
import type { Counter, Gauge, Histogram, Metrics } from '@medley/runtime';

/** What the gateway counts. */
export class GatewayMetrics {
  /** Generations accepted, by model. */
  readonly accepted: Counter<'model'>;
  /** Generations whose end this process committed, by outcome; the sum over all processes is the whole. */
  readonly ended: Counter<'outcome'>;
  /** Generations that are open, as the last pass of the reconciler found; only where its lease is held. */
  readonly open: Gauge;
  /** Actions of the reconciler, by kind. */
  readonly repairs: Counter<'action'>;
  /** Seconds from a request to the end of its answer, by route and class of status. */
  readonly requestSeconds: Histogram<'route' | 'status'>;

  /** Attempts to tell a webhook, those of progress included, by outcome. */
  readonly webhookAttempts: Counter<'outcome'>;
  /** Ends that are owed to webhooks, as the last pass over them found; only where its lease is held. */
  readonly webhooksOwed: Gauge;

  /** `eventClients` counts the open event streams. */
  constructor(metrics: Metrics, eventClients: () => number) {
    this.accepted = metrics.counter({
      name: 'generations_accepted_total',
      help: 'Generations accepted',
      labels: ['model'],
    });
    this.ended = metrics.counter({
      name: 'generations_ended_total',
      help: 'Generations whose end this process committed',
      labels: ['outcome'],
    });
    this.open = metrics.gauge({
      name: 'generations_in_flight',
      help: 'Open generations, told by the process that holds the lease of the reconciler',
    });
    this.repairs = metrics.counter({
      name: 'reconciler_repairs_total',
      help: 'Actions of the reconciler',
      labels: ['action'],
    });
    this.requestSeconds = metrics.histogram({
      name: 'http_request_seconds',
      help: 'Seconds from a request to the end of its answer',
      labels: ['route', 'status'],
    });
    this.webhookAttempts = metrics.counter({
      name: 'webhook_attempts_total',
      help: 'Attempts to tell a webhook, by outcome',
      labels: ['outcome'],
    });
    this.webhooksOwed = metrics.gauge({
      name: 'webhooks_owed',
      help: 'Ends that are owed to webhooks, told by the process that holds the lease of the notifications',
    });
    metrics.gauge({ name: 'event_clients', help: 'Open event streams' }, (gauge) => gauge.set(eventClients()));
  }

  endedWith({ status }: GenerationResult): void {
    this.ended.inc({ outcome: status });
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
