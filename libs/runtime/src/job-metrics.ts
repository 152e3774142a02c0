import { ERROR_CODES, GenerationError, type Stage } from '@medley/domain';
import type { Logger } from './logger.ts';
import { isTold } from './told-errors.ts';
import type { Counter, Gauge, Histogram, Metrics } from './metrics.ts';

/**
 * How an execution of a job ended. `handed-back`: put back into the queue on shutdown; `lost`: its lock went to another
 * worker; `postponed`: its handler asked for another time.
 */
const JOB_OUTCOMES = ['completed', 'failed', 'retried', 'canceled', 'handed-back', 'lost', 'postponed'] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/** The job whose handler threw. */
interface FailedJob {
  stage: string;
  payload: { generation: string; epoch: number; role: number };
  attempt: number;
  final: boolean;
}

/** Observes the queue jobs of a process: what their executions cost goes to the metrics, what went wrong to the log. */
export class JobMetrics {
  /** Seconds from when a job could start to its start; of `ingest`, `assemble` and `notify` from its adding. */
  readonly queueSeconds: Histogram<'stage'>;
  /** Seconds one execution took. */
  readonly runSeconds: Histogram<'stage' | 'outcome'>;
  /** Executions that run now. */
  readonly active: Gauge<'stage'>;
  /** Jobs that were taken back from a worker that stopped renewing its lock. */
  readonly stalls: Counter<'stage'>;
  /** Executions of jobs that had started before. */
  readonly resumes: Counter<'stage'>;
  readonly #logger: Logger;

  /** `stages`: whose jobs the process takes. */
  constructor(metrics: Metrics, logger: Logger, stages: readonly Stage[]) {
    this.#logger = logger;
    const labels = { stage: stages };
    this.queueSeconds = metrics.histogram({
      name: 'job_queue_seconds',
      help: 'Seconds from when a job could start to its start; of ingest, assemble and notify from its adding',
      labels,
    });
    this.runSeconds = metrics.histogram({
      name: 'job_run_seconds',
      help: 'Seconds of one execution of a job',
      labels: { ...labels, outcome: JOB_OUTCOMES },
    });
    this.active = metrics.gauge({ name: 'jobs_active', help: 'Executions that run now', labels });
    for (const stage of stages) this.active.set({ stage }, 0);
    this.stalls = metrics.counter({
      name: 'jobs_stalled_total',
      help: 'Jobs taken back from a worker that stopped renewing its lock',
      labels,
    });
    this.resumes = metrics.counter({
      name: 'job_resumes_total',
      help: 'Executions of jobs that had started before: handed back, taken back, or tried once more',
      labels,
    });
  }

  started(stage: string, queueSeconds: number, again: boolean): void {
    this.queueSeconds.observe({ stage }, queueSeconds);
    if (again) this.resumes.inc({ stage });
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

  /** What the line of a stage tells of is not told again. */
  failed(error: unknown, { stage, payload, attempt, final }: FailedJob): void {
    if (isTold(error)) return;
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
