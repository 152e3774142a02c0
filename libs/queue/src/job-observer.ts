import type { JobPayload, Stage } from '@medley/domain';

/**
 * How an execution ended. `handed-back`: put back into the queue on shutdown; `lost`: its lock went to another worker;
 * `postponed`: its handler asked for another time.
 */
export type JobOutcome = 'completed' | 'failed' | 'retried' | 'canceled' | 'handed-back' | 'lost' | 'postponed';

/** What a processor tells the app, for metrics and logs. */
export interface JobObserver {
  /**
   * Seconds since the job could start, or could again; of `ingest`, `assemble` and `notify` since it was added. `again`: it had
   * started before, and was handed back, taken back from a worker that died, or failed and is tried once more.
   */
  started(stage: Stage, queueSeconds: number, again: boolean): void;
  ended(stage: Stage, outcome: JobOutcome, runSeconds: number): void;
  /** A job was taken back from a worker that stopped renewing its lock. */
  stalled(stage: Stage): void;
  /** The handler threw. `final`: no attempt is left. */
  failed(error: unknown, job: { stage: Stage; payload: JobPayload; attempt: number; final: boolean }): void;
  /** The queue or its connection is in trouble; it goes on trying. */
  troubled(error: Error): void;
}
