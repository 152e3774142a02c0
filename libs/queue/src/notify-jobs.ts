import type { JobsOptions } from 'bullmq';
import { JOB_CATALOG, jobId, type JobPayload } from '@medley/domain';
import { BACKOFF_MILLISECONDS } from './flow-trees.ts';

/** A job of the queue `notify`. It leaves nothing behind: what is owed stands in S3, so the same id may come again. */
export function notifyJob(
  payload: JobPayload,
  delayMilliseconds: number,
): { name: string; data: JobPayload; opts: JobsOptions } {
  return {
    name: 'notify',
    data: payload,
    opts: {
      jobId: jobId(payload, 'notify'),
      delay: delayMilliseconds,
      attempts: JOB_CATALOG.notify.attempts,
      backoff: { type: 'exponential', delay: BACKOFF_MILLISECONDS },
      removeOnComplete: true,
      removeOnFail: true,
      stackTraceLimit: 0,
    },
  };
}
