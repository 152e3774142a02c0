import type { FlowJob, JobsOptions } from 'bullmq';
import {
  JOB_CATALOG,
  QUEUE_PREFIX,
  decodeRoles,
  encodeRoles,
  type GenerationRequest,
  type Stage,
} from '@medley/domain';
import { generationJob, ingestRoles, type GenerationJob } from './generation-jobs.ts';

/** First delay of a retry; it doubles with each: 31.5 s in all. */
export const BACKOFF_MILLISECONDS = 500;
const DAY_SECONDS = 86_400;

/** Options of every job of a stage. Finished jobs are kept for the reconciler, bounded in age and number. */
function jobOptions(stage: Stage, priority: number): JobsOptions {
  return {
    priority,
    attempts: JOB_CATALOG[stage].attempts,
    backoff: { type: 'exponential', delay: BACKOFF_MILLISECONDS },
    removeOnComplete: { age: DAY_SECONDS, count: 5_000 },
    removeOnFail: { age: 7 * DAY_SECONDS, count: 1_000 },
    stackTraceLimit: 0,
  };
}

/** Flow 1: `diffuse` over one `encode` per condition (the negative prompt included), over `ingest` where a URL must be fetched. */
export function encodeFlow(request: GenerationRequest, epoch: number, priority: number): FlowJob {
  const fetched = new Set(ingestRoles(request));
  return node(generationJob(request, epoch, 'diffuse', 0), priority, [
    ...encodeRoles(request).map((role) =>
      child(
        generationJob(request, epoch, 'encode', role),
        priority,
        fetched.has(role) ? [child(generationJob(request, epoch, 'ingest', role), priority)] : [],
      ),
    ),
  ]);
}

/** Flow 2: `assemble` over one `decode` per output and sample. */
export function decodeFlow(request: GenerationRequest, epoch: number, priority: number): FlowJob {
  return node(
    generationJob(request, epoch, 'assemble', 0),
    priority,
    decodeRoles(request).map(({ role }) => child(generationJob(request, epoch, 'decode', role), priority)),
  );
}

function node(job: GenerationJob, priority: number, children: FlowJob[] = [], options: JobsOptions = {}): FlowJob {
  return {
    name: job.stage,
    queueName: job.queue,
    prefix: QUEUE_PREFIX,
    data: job.payload,
    opts: { ...jobOptions(job.stage, priority), ...options, jobId: job.id },
    ...(children.length === 0 ? {} : { children }),
  };
}

/** A child that fails for good releases its parent, so that no parent waits for ever; the parent sees the commit and ends. */
function child(job: GenerationJob, priority: number, children: FlowJob[] = []): FlowJob {
  return node(job, priority, children, { continueParentOnFailure: true });
}
