import { readFile } from 'node:fs/promises';
import type { AssetStore } from '@medley/domain';
import { LatentStore, TensorExchange, type TransportSecurity } from '@medley/latents';
import type { Runtime } from '@medley/runtime';
import type { DecoderMetrics } from './decoder-metrics.ts';
import type { DecoderEnvironment } from './env.ts';

interface ExchangeParts {
  environment: DecoderEnvironment;
  runtime: Runtime;
  objects: AssetStore;
  metrics: DecoderMetrics;
}

/** Fetches the latents that diffusion workers made. Nothing is held or served here. */
export async function startExchange({
  environment,
  runtime,
  objects,
  metrics,
}: ExchangeParts): Promise<TensorExchange> {
  const tls = await readCertificates(environment);
  const exchange = new TensorExchange({
    store: new LatentStore({ budgetBytes: 0, leaseSeconds: 1 }),
    objects,
    deployment: environment.MEDLEY_DEPLOYMENT,
    secret: environment.MEDLEY_SECRET,
    ...(tls === undefined ? {} : { tls }),
    observe: (event) => {
      metrics.exchanged(event);
      if (event.type === 'peer-failed') {
        const { address, error } = event;
        runtime.logger.warn({ address, err: error }, 'a worker did not hand over a tensor; S3 is asked');
      }
    },
  });
  runtime.register('tensor exchange', { close: () => exchange.close() });
  return exchange;
}

async function readCertificates(environment: DecoderEnvironment): Promise<TransportSecurity | undefined> {
  const { GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE, GRPC_TLS_KEY } = environment;
  if (GRPC_TLS_AUTHORITY === undefined || GRPC_TLS_CERTIFICATE === undefined || GRPC_TLS_KEY === undefined)
    return undefined;
  const [authority, certificate, key] = await Promise.all(
    [GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE, GRPC_TLS_KEY].map((file) => readFile(file)),
  );
  return { authority: authority!, certificate: certificate!, key: key! };
}
