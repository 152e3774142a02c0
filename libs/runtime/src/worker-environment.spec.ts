import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseEnvironment } from './environment.ts';
import { exchangeOptions, workerEnvironment } from './worker-environment.ts';

const needed = {
  REDIS_URL: 'redis://localhost',
  S3_ENDPOINT: 'http://localhost:9000',
  S3_BUCKET: 'medley',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
  MEDLEY_BUNDLES: 'bundles',
  MEDLEY_SECRET: 'x'.repeat(16),
};
const files = { GRPC_TLS_AUTHORITY: 'ca.pem', GRPC_TLS_CERTIFICATE: 'worker.pem', GRPC_TLS_KEY: 'worker.key' };
const own = workerEnvironment.safeExtend({ MEDLEY_JOBS: z.coerce.number().default(4) });

describe('the environment of a worker', () => {
  it('is what all workers read and its own variables', () => {
    const environment = parseEnvironment(own, { ...needed, MEDLEY_MODELS: 'a, b,', MEDLEY_JOBS: '2' });
    expect(environment).toMatchObject({ HOST: '127.0.0.1', MEDLEY_MODELS: ['a', 'b'], MEDLEY_JOBS: 2 });
    expect(exchangeOptions(environment)).toEqual({ deployment: 'medley', secret: needed.MEDLEY_SECRET });
  });

  it('takes the three certificate files together only', () => {
    const certificates = { authority: 'ca.pem', certificate: 'worker.pem', key: 'worker.key' };
    const environment = parseEnvironment(own, { ...needed, ...files });
    expect(exchangeOptions(environment)).toMatchObject({ certificates });
    expect(() => parseEnvironment(own, { ...needed, ...files, GRPC_TLS_KEY: '' })).toThrow(
      'GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE and GRPC_TLS_KEY belong together; set all of them or none',
    );
  });
});
