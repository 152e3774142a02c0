import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { S3Target } from './s3-contract.ts';

/** The S3 that MEDLEY_TEST_S3_ENDPOINT names (moto's server in CI), or undefined. Its bucket has to exist. */
export function externalS3(): (S3Target & { signatures: boolean; digests: boolean }) | undefined {
  const endpoint = process.env['MEDLEY_TEST_S3_ENDPOINT'];
  if (endpoint === undefined) return undefined;
  return {
    endpoint,
    region: process.env['MEDLEY_TEST_S3_REGION'] ?? 'us-east-1',
    bucket: process.env['MEDLEY_TEST_S3_BUCKET'] ?? 'medley',
    accessKeyId: process.env['MEDLEY_TEST_S3_ACCESS_KEY_ID'] ?? 'key',
    secretAccessKey: process.env['MEDLEY_TEST_S3_SECRET_ACCESS_KEY'] ?? 'secret',
    signatures: process.env['MEDLEY_TEST_S3_SIGNATURES'] !== 'ignored',
    digests: process.env['MEDLEY_TEST_S3_DIGESTS'] !== 'ignored',
  };
}

/** Where nothing may be left out that a program is missing for. */
export const isContinuousIntegration = () => process.env['CI'] !== undefined;

/** Whether hosts of a test may be network namespaces, where the machine permits them. */
export const wantsNamespaces = () => process.env['MEDLEY_TEST_NAMESPACES'] !== 'no';

/** Folders that programs are looked for in. */
export const searchPath = () => process.env['PATH'] ?? '';

/** What of the environment would make a service of a test use services that are not its own. */
const FOREIGN = /^(REDIS_URL|GATEWAY_ROLES|HOST|PORT|METRICS_PORT|GRPC_PORT|LOG_.*|S3_.*|OTEL_.*|MEDLEY_.*)$/;

/** The environment of a service that a test starts: this process's, without what belongs to another service, and the changes. */
export function serviceEnvironment(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  return { ...Object.fromEntries(own), ...changes };
}

/** A program that scripts/deployment-tools.mjs has installed; undefined where it has not. kubectl may be the machine's own. */
export function toolProgram(name: 'hadolint' | 'kubectl' | 'kubernetes-validate'): string | undefined {
  const tools = process.env['MEDLEY_TEST_TOOLS'];
  if (tools === undefined) return undefined;
  const own = join(tools, name);
  return existsSync(own) || name !== 'kubectl' ? own : name;
}
