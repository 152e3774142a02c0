import type { Counter, Metrics } from '../metrics.ts';

const REASONS = ['queue_full', 'not_sent'] as const;

/** What becomes of spans that are recorded. */
export class TraceMetrics {
  readonly sent: Counter;
  readonly dropped: Counter<'reason'>;

  constructor(metrics: Metrics) {
    this.sent = metrics.counter({
      name: 'trace_spans_sent_total',
      help: 'Spans that the collector has taken',
    });
    this.dropped = metrics.counter({
      name: 'trace_spans_dropped_total',
      help: 'Spans that nobody will see: they came faster than they could be sent, or the collector did not take them',
      labels: { reason: REASONS },
    });
  }
}
