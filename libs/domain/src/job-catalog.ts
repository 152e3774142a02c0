import { z } from 'zod';

/** The stages of a generation; each is one queue (per bundle where a bundle's graphs are needed). */
export const STAGES = ['ingest', 'encode', 'diffuse', 'decode', 'assemble', 'notify'] as const;
export type Stage = (typeof STAGES)[number];

/** All a job carries. What its role means is read from the live state when it runs. */
export const jobPayload = z.strictObject({
  v: z.literal(1),
  generation: z.string().regex(/^gen_[0-9a-z]{26}$/),
  epoch: z.int().min(1),
  /** ingest, encode: index of the condition (the negative prompt comes last). decode: output index × samples + sample. notify: `notifyTask`. Otherwise 0. */
  role: z.int().min(0),
});
export type JobPayload = z.infer<typeof jobPayload>;

/**
 * Seconds one execution may take, and how often it is tried before it fails the generation. With delays that double from
 * half a second on, seven attempts outlast an outage of half a minute. Those of `notify` count what goes wrong on our side;
 * what a receiver answers is counted in its delivery.
 */
export const JOB_CATALOG = {
  ingest: { timeoutSeconds: 60, attempts: 7 },
  encode: { timeoutSeconds: 120, attempts: 7 },
  diffuse: { timeoutSeconds: 3600, attempts: 7 },
  decode: { timeoutSeconds: 300, attempts: 7 },
  assemble: { timeoutSeconds: 120, attempts: 7 },
  notify: { timeoutSeconds: 60, attempts: 7 },
} as const satisfies Record<Stage, { timeoutSeconds: number; attempts: number }>;

/** Redis hash tag and prefix of every BullMQ queue. */
export const QUEUE_PREFIX = '{medley}';

/** A bundle as queues and results name it. */
export interface BundleRef {
  name: string;
  /** sha256 of bundle.json, hex. */
  digest: string;
}

/** `tiny-codi.1a2b3c4d`: the name and the first eight digits of the digest, in names of queues and keys. */
export function poolName({ name, digest }: BundleRef): string {
  return `${name}.${digest.slice(0, 8)}`;
}

/** `encode.tiny-codi.1a2b3c4d`; `ingest` and `notify` need no bundle. */
export function queueName(stage: Stage, bundle: BundleRef): string {
  return stage === 'ingest' || stage === 'notify' ? stage : `${stage}.${poolName(bundle)}`;
}

/** `<generation>-e<epoch>-<stage>-<role>`: adding it twice runs it once. */
export function jobId(payload: JobPayload, stage: Stage): string {
  return `${payload.generation}-e${payload.epoch}-${stage}-${payload.role}`;
}
