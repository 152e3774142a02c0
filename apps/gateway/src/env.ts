import { z } from 'zod';
import { commaSeparated, parseEnvironment, port, processFields } from '@medley/runtime';

const GATEWAY_ROLES = ['api', 'ingest', 'notify', 'reconciler'] as const;
export type GatewayRole = (typeof GATEWAY_ROLES)[number];

const MIB = 1024 * 1024;

/** The whole environment of the gateway. */
export const gatewayEnvironment = z.object({
  ...processFields,
  /** Which parts run in this process. */
  GATEWAY_ROLES: commaSeparated.pipe(z.array(z.enum(GATEWAY_ROLES)).min(1)).default([...GATEWAY_ROLES]),
  /** Port of the public API; 0 takes a free one. */
  PORT: port.default(8080),
  /** Where clients reach the object store: uploads go there, and downloads of outputs but for the page's; without it all go through the gateway. */
  S3_PUBLIC_ENDPOINT: z.url().optional(),
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
  MEDLEY_TRUSTED_PROXIES: commaSeparated.default([]),
  /** `public` gives visitors of the page without a key a guest's one, rate-limited by their address. */
  MEDLEY_PLAYGROUND: z.enum(['keys', 'public']).default('keys'),
  /** Hosts and networks that a condition's URL may name although they are not public. */
  MEDLEY_FETCH_ALLOW: commaSeparated.default([]),
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
  MEDLEY_WEBHOOK_ALLOW: commaSeparated.default([]),
  /** Seconds within which a webhook's receiver has to answer. */
  MEDLEY_WEBHOOK_SECONDS: z.coerce.number().gt(0).max(30).default(15),
  /** Webhooks that this process tells side by side. */
  MEDLEY_NOTIFY_CONCURRENCY: z.coerce.number().int().min(1).max(1_024).default(128),
  /** Seconds between two passes of the reconciler; over what is owed to webhooks it goes every sixth time. */
  MEDLEY_RECONCILE_SECONDS: z.coerce.number().min(0.1).default(10),
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
