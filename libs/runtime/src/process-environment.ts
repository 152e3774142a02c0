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

/** Both limits are allowed. */
export const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(least).max(most);

/** 0 takes a free one. */
export const port = wholeNumber(0, 65_535);

/** What every process reads: fields for the one object of its environment. */
export const processFields = {
  HOST: z.string().default('127.0.0.1').describe('Address on which the process listens.'),
  METRICS_PORT: port.default(0).describe('Port of /healthz, /readyz and /metrics; 0 takes a free one.'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$|^redis\+unix$|^unix$/ })
    .describe('Where Redis is: `redis://`, `rediss://`, `unix://` or `redis+unix://`.'),
  S3_ENDPOINT: z.url().describe('Where the object store is.'),
  S3_REGION: z.string().default('us-east-1').describe('Region that requests to it are signed for.'),
  S3_BUCKET: z.string().min(3).describe('The bucket that everything is kept in.'),
  S3_ACCESS_KEY_ID: z.string().min(1).describe('Key that requests to it are signed with.'),
  S3_SECRET_ACCESS_KEY: z.string().min(1).describe('Its secret.'),
  MEDLEY_BUNDLES: z.string().min(1).describe('Folder that holds one folder for each bundle.'),
  MEDLEY_MODELS: commaSeparated
    .default([])
    .describe(
      'Names of the bundles to serve, with commas between them; all of the folder by default. For the gateway, the first is the default model.',
    ),
  MEDLEY_SECRET: z
    .string()
    .min(16)
    .describe('Secret of the deployment: signs links and ids, and proves to other workers who asks.'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('The least level of log lines that are written.'),
  LOG_PRETTY: z.stringbool().default(false).describe('`true`: log lines for people instead of JSON.'),
  MEDLEY_GRACE_SECONDS: z.coerce
    .number()
    .min(0)
    .default(10)
    .describe('Seconds for which requests and work in hand go on, and tensors are served on, after SIGTERM.'),
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
