import {
  decodeRoles,
  encodeRoles,
  jobId,
  queueName,
  type GenerationRequest,
  type JobPayload,
  type Stage,
} from '@medley/domain';

/** One job of a generation: where it is and what it carries. */
export interface GenerationJob {
  stage: Stage;
  id: string;
  queue: string;
  payload: JobPayload;
}

export function generationJob(request: GenerationRequest, epoch: number, stage: Stage, role: number): GenerationJob {
  const payload: JobPayload = { v: 1, generation: request.id, epoch, role };
  return { stage, id: jobId(payload, stage), queue: queueName(stage, request.bundle), payload };
}

/** Conditions whose content must be fetched first. */
export function ingestRoles(request: GenerationRequest): number[] {
  return request.conditions.flatMap((condition, role) => ('url' in condition ? [role] : []));
}

/**
 * Every job that one epoch of a generation can have, in three levels: both flows' parents, their children, and the
 * children's children. Removed in this order, no removal releases a parent.
 */
export function generationJobs(request: GenerationRequest, epoch: number): GenerationJob[][] {
  const job = (stage: Stage) => (role: number) => generationJob(request, epoch, stage, role);
  return [
    [job('diffuse')(0), job('assemble')(0)],
    [...encodeRoles(request).map(job('encode')), ...decodeRoles(request).map(({ role }) => job('decode')(role))],
    ingestRoles(request).map(job('ingest')),
  ];
}
