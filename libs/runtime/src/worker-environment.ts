import { z } from 'zod';
import { port, processFields, wholeNumber } from './process-environment.ts';

/** What every worker reads. Extended with `safeExtend`, it is the whole environment of one. */
export const workerEnvironment = z
  .object({
    ...processFields,
    GRPC_TLS_AUTHORITY: z
      .string()
      .optional()
      .describe('PEM file of the authority of mutual TLS between workers; the three files go together.'),
    GRPC_TLS_CERTIFICATE: z.string().optional().describe("PEM file of the worker's own certificate."),
    GRPC_TLS_KEY: z.string().optional().describe('PEM file of its key.'),
    MEDLEY_DEPLOYMENT: z
      .string()
      .min(1)
      .default('medley')
      .describe('Name of the deployment; workers of another are refused.'),
    MEDLEY_THREADS: wholeNumber(1, 256).default(1).describe('Threads that run graphs; each holds sessions of its own.'),
    MEDLEY_SANDBOX: z
      .enum(['auto', 'required', 'bubblewrap', 'unshare', 'limits'])
      .default('auto')
      .describe(
        "How children that decode and encode media are locked in: the strictest level that works, one without network at least, or one by its name; refuses to start where that can't be had.",
      ),
  })
  .refine(
    ({ GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE, GRPC_TLS_KEY }) =>
      new Set([GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE, GRPC_TLS_KEY].map((file) => file === undefined)).size === 1,
    { message: 'GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE and GRPC_TLS_KEY belong together; set all of them or none' },
  );
export type WorkerEnvironment = z.infer<typeof workerEnvironment>;

/** What a worker that serves tensors to others reads besides. */
export const tensorServerFields = {
  GRPC_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address on which other workers fetch tensors; anything but loopback needs the three certificate files.'),
  GRPC_PORT: port.default(0).describe('Port on which they do; 0 takes a free one.'),
  MEDLEY_LATENT_SECONDS: z.coerce
    .number()
    .min(1)
    .default(120)
    .describe('Seconds for which tensors are kept for whoever fetches them.'),
};

/** A number of bytes, by default so many MiB. */
export const mebibytes = (count: number) => wholeNumber(0).default(count * 1024 * 1024);

/** The deployment that tensors are exchanged in, and the certificate files where it has them. */
export function exchangeOptions(environment: WorkerEnvironment) {
  const { GRPC_TLS_AUTHORITY: authority, GRPC_TLS_CERTIFICATE: certificate, GRPC_TLS_KEY: key } = environment;
  const given = authority !== undefined && certificate !== undefined && key !== undefined;
  return {
    deployment: environment.MEDLEY_DEPLOYMENT,
    secret: environment.MEDLEY_SECRET,
    ...(given ? { certificates: { authority, certificate, key } } : {}),
  };
}
