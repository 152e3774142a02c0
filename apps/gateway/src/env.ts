import { z } from 'zod';
import { commaSeparated, parseEnvironment, port, processFields, wholeNumber } from '@medley/runtime';
import { JSON_BODY_BYTES } from './http/body-parsers.ts';

const GATEWAY_ROLES = ['api', 'ingest', 'notify', 'reconciler'] as const;
export type GatewayRole = (typeof GATEWAY_ROLES)[number];

const MIB = 1024 * 1024;

/** The whole environment of the gateway. */
export const gatewayEnvironment = z.object({
  ...processFields,
  GATEWAY_ROLES: commaSeparated
    .pipe(z.array(z.enum(GATEWAY_ROLES)).min(1))
    .default([...GATEWAY_ROLES])
    .describe(
      'Parts that run in this process, of `api`, `ingest`, `notify` and `reconciler`, with commas between them; all by default.',
    ),
  PORT: port.default(8080).describe('Port of the public API; 0 takes a free one.'),
  S3_PUBLIC_ENDPOINT: z
    .url()
    .optional()
    .describe(
      "Where clients reach the object store: uploads go there, and downloads of outputs but for the page's; without it all go through the gateway.",
    ),
  MEDLEY_BOOTSTRAP_KEY: z
    .string()
    .regex(/^mdl_[A-Za-z0-9_-]{20,}$/)
    .optional()
    .describe('An API key that is created at start, if there is none like it.'),
  MEDLEY_PAGE: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of the built page, served at `/`; without it there is none.'),
  MEDLEY_ADMIN_QUEUES: z
    .enum(['read', 'write'])
    .default('read')
    .describe('What admins may do with the queues at /admin: look at them, or change them too.'),
  MEDLEY_PUBLIC_URL: z
    .url()
    .optional()
    .describe('Base of the links in answers; by default the address that the request named.'),
  MEDLEY_TRUSTED_PROXIES: commaSeparated
    .default([])
    .describe(
      "Proxies in front, as addresses and networks with commas between them: what they say of a client's address and of TLS is believed.",
    ),
  MEDLEY_PLAYGROUND: z
    .enum(['keys', 'public'])
    .default('keys')
    .describe("`public` gives visitors of the page without a key a guest's one, rate-limited by their address."),
  MEDLEY_FETCH_ALLOW: commaSeparated
    .default([])
    .describe(
      "Hosts and networks, with commas between them, that a condition's URL may name although they are not public.",
    ),
  MEDLEY_ASSET_BYTES: wholeNumber(1024)
    .default(64 * MIB)
    .describe('Bytes of one uploaded or fetched file.'),
  MEDLEY_BODY_BYTES: wholeNumber(JSON_BODY_BYTES)
    .default(256 * MIB)
    .describe(
      'Bytes of JSON bodies that this process holds at once, until they are answered; those up to 64 KiB do not count.',
    ),
  MEDLEY_REQUESTS_PER_MINUTE: wholeNumber(1, 1_000_000)
    .default(1_200)
    .describe('Requests a minute of a key that has no limit of its own.'),
  MEDLEY_GENERATIONS_IN_FLIGHT: wholeNumber(0)
    .default(100)
    .describe('Generations of such a key that are open at once.'),
  MEDLEY_ASSET_QUOTA_BYTES: wholeNumber(0)
    .default(10 * 1024 * MIB)
    .describe('Bytes of all assets of such a key.'),
  MEDLEY_INGEST_CONCURRENCY: wholeNumber(1, 64).default(4).describe('URLs that this process fetches side by side.'),
  MEDLEY_WEBHOOK_ALLOW: commaSeparated
    .default([])
    .describe(
      "Hosts and networks, with commas between them, that a webhook's URL may name although they are not public.",
    ),
  MEDLEY_WEBHOOK_SECONDS: z.coerce
    .number()
    .gt(0)
    .max(30)
    .default(15)
    .describe("Seconds within which a webhook's receiver has to answer."),
  MEDLEY_NOTIFY_CONCURRENCY: wholeNumber(1, 1_024)
    .default(128)
    .describe('Webhooks that this process tells side by side.'),
  MEDLEY_RECONCILE_SECONDS: z.coerce
    .number()
    .min(0.1)
    .default(10)
    .describe('Seconds between two passes of the reconciler; over what is owed to webhooks it goes every sixth time.'),
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
