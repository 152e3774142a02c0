import type { S3Target } from './s3-contract.ts';

/** The S3 that MEDLEY_TEST_S3_ENDPOINT names (moto's server in CI), or undefined. Its bucket has to exist. */
export function externalS3(): (S3Target & { signatures: boolean }) | undefined {
  const endpoint = process.env['MEDLEY_TEST_S3_ENDPOINT'];
  if (endpoint === undefined) return undefined;
  return {
    endpoint,
    region: process.env['MEDLEY_TEST_S3_REGION'] ?? 'us-east-1',
    bucket: process.env['MEDLEY_TEST_S3_BUCKET'] ?? 'medley',
    accessKeyId: process.env['MEDLEY_TEST_S3_ACCESS_KEY_ID'] ?? 'key',
    secretAccessKey: process.env['MEDLEY_TEST_S3_SECRET_ACCESS_KEY'] ?? 'secret',
    signatures: process.env['MEDLEY_TEST_S3_SIGNATURES'] !== 'ignored',
  };
}
