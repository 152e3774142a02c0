import { ERROR_CODES, GenerationError } from '@medley/domain';
import type { Logger } from './logger.ts';
import type { Counter, Gauge, Histogram, Metrics } from './metrics.ts';

/**
 * How an execution of a job ended. `handed-back`: put back into the queue on shutdown; `lost`: its lock went to another
 * worker; `postponed`: its handler asked for another time.
 */
export type JobOutcome = 'completed' | 'failed' | 'retried' | 'canceled' | 'handed-back' | 'lost' | 'postponed';

/** The job whose handler threw. */
interface FailedJob {
  stage: string;
  payload: { generation: string; epoch: number; role: number };
  attempt: number;
  final: boolean;
}

/** Observes the queue jobs of a process: what their executions cost goes to the metrics, what went wrong to the log. */
export class JobMetrics {
  /** Seconds from a job's adding to its start; those of a parent include the time of its children. */
  readonly queueSeconds: Histogram<'stage'>;
  /** Seconds one execution took. */
  readonly runSeconds: Histogram<'stage' | 'outcome'>;
  /** Executions that run now. */
  readonly active: Gauge<'stage'>;
  /** Jobs that were taken back from a worker that stopped renewing its lock. */
  readonly stalls: Counter<'stage'>;
  readonly #logger: Logger;

  constructor(metrics: Metrics, logger: Logger) {
    this.#logger = logger;
    this.queueSeconds = metrics.histogram({
      name: 'job_queue_seconds',
      help: 'Seconds from the adding of a job to its start',
      labels: ['stage'],
    });
    this.runSeconds = metrics.histogram({
      name: 'job_run_seconds',
      help: 'Seconds of one execution of a job',
      labels: ['stage', 'outcome'],
    });
    this.active = metrics.gauge({ name: 'jobs_active', help: 'Executions that run now', labels: ['stage'] });
    this.stalls = metrics.counter({
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

  stalled(stage: string): void {
    this.stalls.inc({ stage });
    this.#logger.warn({ stage }, 'a job was taken back from a worker that stopped renewing its lock');
  }

  failed(error: unknown, { stage, payload, attempt, final }: FailedJob): void {
    const { generation, epoch, role } = payload;
    const fields = { err: error, generation, epoch, stage, role, attempt, final };
    if (isClientFault(error)) this.#logger.warn(fields, 'a job failed by what its client sent');
    else this.#logger.error(fields, 'a job failed');
  }

  troubled(error: Error): void {
    this.#logger.warn({ err: error }, 'trouble with the queue');
  }
}

function isClientFault(error: unknown): boolean {
  return error instanceof GenerationError && !error.retryable && ERROR_CODES[error.code].status < 500;
}
