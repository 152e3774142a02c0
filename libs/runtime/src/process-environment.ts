import { z } from 'zod';
import type { BootOptions } from './boot.ts';
import { LOG_LEVELS, type Logger } from './logger.ts';
import { tracingFields, tracingOptions } from './tracing/tracing-environment.ts';

/** Names with commas between them. */
export const commaSeparated = z.string().transform((value) =>
  value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
);

/** 0 takes a free one. */
export const port = z.coerce.number().int().min(0).max(65_535);

/** What every process reads: fields for the one object of its environment. */
export const processFields = {
  HOST: z.string().default('127.0.0.1'),
  /** Port of /healthz, /readyz and /metrics; 0 takes a free one. */
  METRICS_PORT: port.default(0),
  REDIS_URL: z.url({ protocol: /^rediss?$|^redis\+unix$|^unix$/ }),
  S3_ENDPOINT: z.url(),
  S3_REGION: z.string().default('us-east-1'),
  S3_BUCKET: z.string().min(3),
  S3_ACCESS_KEY_ID: z.string().min(1),
  S3_SECRET_ACCESS_KEY: z.string().min(1),
  /** Folder that holds one folder for each bundle. */
  MEDLEY_BUNDLES: z.string().min(1),
  /** Names of the bundles to serve; all of the folder by default. For the gateway, the first is the default model. */
  MEDLEY_MODELS: commaSeparated.default([]),
  /** Secret of the deployment: signs links and ids, and proves to other workers who asks. */
  MEDLEY_SECRET: z.string().min(16),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** Log lines for people instead of JSON. */
  LOG_PRETTY: z.stringbool().default(false),
  /** Seconds for which requests and work in hand go on, and tensors are served on, after SIGTERM. */
  MEDLEY_GRACE_SECONDS: z.coerce.number().min(0).default(10),
  ...tracingFields,
};
export type ProcessEnvironment = z.infer<z.ZodObject<typeof processFields>>;

/** How a process of that name is booted. */
export function bootOptions(name: string, environment: ProcessEnvironment): BootOptions {
  return {
    name,
    host: environment.HOST,
    port: environment.METRICS_PORT,
    logLevel: environment.LOG_LEVEL,
    prettyLogs: environment.LOG_PRETTY,
    graceSeconds: environment.MEDLEY_GRACE_SECONDS,
    tracing: tracingOptions(name, environment),
  };
}

/** Where the bucket is and how requests to it are signed. */
export function storageOptions(
  environment: Pick<
    ProcessEnvironment,
    'S3_ENDPOINT' | 'S3_REGION' | 'S3_BUCKET' | 'S3_ACCESS_KEY_ID' | 'S3_SECRET_ACCESS_KEY'
  >,
) {
  return {
    endpoint: environment.S3_ENDPOINT,
    region: environment.S3_REGION,
    bucket: environment.S3_BUCKET,
    accessKeyId: environment.S3_ACCESS_KEY_ID,
    secretAccessKey: environment.S3_SECRET_ACCESS_KEY,
  };
}

/** Where Redis is, under which name the process appears there, and what becomes of errors of a connection. */
export function redisOptions(name: string, environment: ProcessEnvironment, logger: Logger) {
  const onError = (error: Error) => logger.warn({ err: error }, 'trouble with Redis');
  return { url: environment.REDIS_URL, name, onError };
}
