import { z } from 'zod';
import { LOG_LEVELS, parseEnvironment, tracingFields } from '@medley/runtime';

const GATEWAY_ROLES = ['api', 'ingest', 'notify', 'reconciler'] as const;
export type GatewayRole = (typeof GATEWAY_ROLES)[number];

const names = z.string().transform((value) =>
  value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
);
const port = z.coerce.number().int().min(0).max(65_535);
const MIB = 1024 * 1024;

/** The whole environment of the gateway. */
export const gatewayEnvironment = z.object({
  /** Which parts run in this process. */
  GATEWAY_ROLES: names.pipe(z.array(z.enum(GATEWAY_ROLES)).min(1)).default([...GATEWAY_ROLES]),
  HOST: z.string().default('127.0.0.1'),
  /** Port of the public API; 0 takes a free one. */
  PORT: port.default(8080),
  /** Port of /healthz, /readyz and /metrics; 0 takes a free one. */
  METRICS_PORT: port.default(0),
  REDIS_URL: z.url({ protocol: /^rediss?$|^redis\+unix$|^unix$/ }),
  S3_ENDPOINT: z.url(),
  /** Where clients reach the object store: uploads go there, and downloads of outputs but for the page's; without it all go through the gateway. */
  S3_PUBLIC_ENDPOINT: z.url().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_BUCKET: z.string().min(3),
  S3_ACCESS_KEY_ID: z.string().min(1),
  S3_SECRET_ACCESS_KEY: z.string().min(1),
  /** Folder that holds one folder for each bundle. */
  MEDLEY_BUNDLES: z.string().min(1),
  /** Names of the bundles to serve; all of the folder by default. The first is the default model. */
  MEDLEY_MODELS: names.default([]),
  /** Secret of the deployment: signs links and ids. */
  MEDLEY_SECRET: z.string().min(16),
  /** An API key that is created at start, if there is none like it. */
  MEDLEY_BOOTSTRAP_KEY: z
    .string()
    .regex(/^mdl_[A-Za-z0-9_-]{20,}$/)
    .optional(),
  /** Folder of the built page, served at `/`; without it there is none. */
  MEDLEY_PAGE: z.string().min(1).optional(),
  /** What admins may do with the queues at /admin: look at them, or change them too. */
  MEDLEY_ADMIN_QUEUES: z.enum(['read', 'write']).default('read'),
  /** Base of the links in answers; by default the address that the request named. */
  MEDLEY_PUBLIC_URL: z.url().optional(),
  /** Proxies in front, as addresses and networks: what they say of a client's address and of TLS is believed. */
  MEDLEY_TRUSTED_PROXIES: names.default([]),
  /** `public` gives visitors of the page without a key a guest's one, rate-limited by their address. */
  MEDLEY_PLAYGROUND: z.enum(['keys', 'public']).default('keys'),
  /** Hosts and networks that a condition's URL may name although they are not public. */
  MEDLEY_FETCH_ALLOW: names.default([]),
  /** Bytes of one uploaded or fetched file. */
  MEDLEY_ASSET_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(64 * MIB),
  /** Requests a minute of a key that has no limit of its own. */
  MEDLEY_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(1_200),
  /** Generations of such a key that are open at once. */
  MEDLEY_GENERATIONS_IN_FLIGHT: z.coerce.number().int().min(0).default(100),
  /** Bytes of all assets of such a key. */
  MEDLEY_ASSET_QUOTA_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(10 * 1024 * MIB),
  /** URLs that this process fetches side by side. */
  MEDLEY_INGEST_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  /** Hosts and networks that a webhook's URL may name although they are not public. */
  MEDLEY_WEBHOOK_ALLOW: names.default([]),
  /** Seconds within which a webhook's receiver has to answer. */
  MEDLEY_WEBHOOK_SECONDS: z.coerce.number().gt(0).max(30).default(15),
  /** Webhooks that this process tells side by side. */
  MEDLEY_NOTIFY_CONCURRENCY: z.coerce.number().int().min(1).max(1_024).default(128),
  /** Seconds between two passes of the reconciler; over what is owed to webhooks it goes every sixth time. */
  MEDLEY_RECONCILE_SECONDS: z.coerce.number().min(0.1).default(10),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** Log lines for people instead of JSON. */
  LOG_PRETTY: z.stringbool().default(false),
  /** Seconds for which requests in hand may go on after SIGTERM. */
  MEDLEY_GRACE_SECONDS: z.coerce.number().min(0).default(10),
  ...tracingFields,
});
export type GatewayEnvironment = z.infer<typeof gatewayEnvironment>;

/** Throws EnvironmentError, one line for each variable that is wrong. */
export function readGatewayEnvironment(): GatewayEnvironment {
  return parseEnvironment(gatewayEnvironment, process.env);
}

const repairEnvironment = gatewayEnvironment.pick({
  REDIS_URL: true,
  S3_ENDPOINT: true,
  S3_REGION: true,
  S3_BUCKET: true,
  S3_ACCESS_KEY_ID: true,
  S3_SECRET_ACCESS_KEY: true,
});
/** What the command `repair` reads of it. */
export type RepairEnvironment = z.infer<typeof repairEnvironment>;

/** Throws EnvironmentError, one line for each variable that is wrong. */
export function readRepairEnvironment(source: NodeJS.ProcessEnv = process.env): RepairEnvironment {
  return parseEnvironment(repairEnvironment, source);
}
