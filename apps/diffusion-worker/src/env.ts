import { z } from 'zod';
import { LOG_LEVELS, parseEnvironment } from '@medley/runtime';

const names = z.string().transform((value) =>
  value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
);
const port = z.coerce.number().int().min(0).max(65_535);
const MIB = 1024 * 1024;

/** The whole environment of a diffusion worker. */
const diffusionEnvironment = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    /** Port of /healthz, /readyz and /metrics; 0 takes a free one. */
    METRICS_PORT: port.default(0),
    /** Address on which other workers fetch latents; anything but loopback needs the three certificate files. */
    GRPC_HOST: z.string().default('127.0.0.1'),
    /** 0 takes a free one. */
    GRPC_PORT: port.default(0),
    /** PEM files for mutual TLS between workers. */
    GRPC_TLS_AUTHORITY: z.string().optional(),
    GRPC_TLS_CERTIFICATE: z.string().optional(),
    GRPC_TLS_KEY: z.string().optional(),
    REDIS_URL: z.url({ protocol: /^rediss?$|^redis\+unix$|^unix$/ }),
    S3_ENDPOINT: z.url(),
    S3_REGION: z.string().default('us-east-1'),
    S3_BUCKET: z.string().min(3),
    S3_ACCESS_KEY_ID: z.string().min(1),
    S3_SECRET_ACCESS_KEY: z.string().min(1),
    /** Folder that holds one folder for each bundle. */
    MEDLEY_BUNDLES: z.string().min(1),
    /** Names of the bundles to serve; all of the folder by default. */
    MEDLEY_MODELS: names.default([]),
    /** Secret of the deployment: proves to other workers who asks. */
    MEDLEY_SECRET: z.string().min(16),
    /** Name of the deployment; workers of another are refused. */
    MEDLEY_DEPLOYMENT: z.string().min(1).default('medley'),
    /** Threads that run graphs; each holds sessions of its own. */
    MEDLEY_THREADS: z.coerce.number().int().min(1).max(256).default(1),
    /** Runs of one bundle in hand at once; their rows share batches. */
    MEDLEY_RUNS: z.coerce.number().int().min(1).max(256).default(8),
    /** Bytes of latents kept for the decoders; S3 has them too. */
    MEDLEY_LATENT_BYTES: z.coerce
      .number()
      .int()
      .min(0)
      .default(128 * MIB),
    /** Seconds for which they are kept. */
    MEDLEY_LATENT_SECONDS: z.coerce.number().min(1).default(120),
    /** `required` refuses to start where children that encode media can't be locked in. */
    MEDLEY_SANDBOX: z.enum(['auto', 'required']).default('auto'),
    LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
    /** Log lines for people instead of JSON. */
    LOG_PRETTY: z.stringbool().default(false),
    /** Seconds for which latents are served on after SIGTERM. */
    MEDLEY_GRACE_SECONDS: z.coerce.number().min(0).default(10),
  })
  .refine(
    ({ GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE, GRPC_TLS_KEY }) =>
      new Set([GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE, GRPC_TLS_KEY].map((file) => file === undefined)).size === 1,
    { message: 'GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE and GRPC_TLS_KEY belong together; set all of them or none' },
  );
export type DiffusionEnvironment = z.infer<typeof diffusionEnvironment>;

/** Throws EnvironmentError, one line for each variable that is wrong. */
export function readDiffusionEnvironment(): DiffusionEnvironment {
  return parseEnvironment(diffusionEnvironment, process.env);
}
