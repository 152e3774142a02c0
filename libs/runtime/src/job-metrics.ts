import type { Counter, Gauge, Histogram, Metrics } from './metrics.ts';

/** How an execution of a job ended. `handed-back`: put back into the queue on shutdown; `lost`: its lock went to another worker. */
export type JobOutcome = 'completed' | 'failed' | 'retried' | 'canceled' | 'handed-back' | 'lost';

/** What the executions of queue jobs cost. */
export class JobMetrics {
  /** Seconds from the moment a job could run to its start. */
  readonly queueSeconds: Histogram<'stage'>;
  /** Seconds one execution took. */
  readonly runSeconds: Histogram<'stage' | 'outcome'>;
  /** Executions that run now. */
  readonly active: Gauge<'stage'>;
  /** Jobs that were taken back from a worker that stopped renewing its lock. */
  readonly stalled: Counter<'stage'>;

  constructor(metrics: Metrics) {
    this.queueSeconds = metrics.histogram({
      name: 'job_queue_seconds',
      help: 'Seconds a job waited before it was started',
      labels: ['stage'],
    });
    this.runSeconds = metrics.histogram({
      name: 'job_run_seconds',
      help: 'Seconds of one execution of a job',
      labels: ['stage', 'outcome'],
    });
    this.active = metrics.gauge({ name: 'jobs_active', help: 'Executions that run now', labels: ['stage'] });
    this.stalled = metrics.counter({
      name: 'jobs_stalled_total',
      help: 'Jobs taken back from a worker that stopped renewing its lock',
      labels: ['stage'],
    });
  }

  started(stage: string, queueSeconds: number): void {
    this.queueSeconds.observe({ stage }, queueSeconds);
    this.active.inc({ stage });
  }

  ended(stage: string, outcome: JobOutcome, runSeconds: number): void {
    this.runSeconds.observe({ stage, outcome }, runSeconds);
    this.active.dec({ stage });
  }
}
