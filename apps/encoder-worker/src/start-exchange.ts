import { readFile } from 'node:fs/promises';
import type { AssetStore } from '@medley/domain';
import { LatentsServer, TensorExchange, type LatentStore, type TransportSecurity } from '@medley/latents';
import type { Runtime } from '@medley/runtime';
import type { EncoderMetrics } from './encoder-metrics.ts';
import type { EncoderEnvironment } from './env.ts';

interface ExchangeParts {
  environment: EncoderEnvironment;
  runtime: Runtime;
  store: LatentStore;
  objects: AssetStore;
  metrics: EncoderMetrics;
}

/** Serves the embeddings that are made here. */
export async function startExchange(parts: ExchangeParts): Promise<TensorExchange> {
  const { environment, runtime, store, objects, metrics } = parts;
  const tls = await readCertificates(environment);
  const common = {
    store,
    deployment: environment.MEDLEY_DEPLOYMENT,
    secret: environment.MEDLEY_SECRET,
    ...(tls === undefined ? {} : { tls }),
  };
  const server = await LatentsServer.listen({
    ...common,
    host: environment.GRPC_HOST,
    port: environment.GRPC_PORT,
    observe: ({ bytes }) => metrics.servedBytes.inc(bytes),
  });
  runtime.register('latents server', server);
  const exchange = new TensorExchange({
    ...common,
    objects,
    address: server.address,
    observe: (event) => {
      metrics.exchanged(event);
      if (event.type === 'peer-failed') {
        const { address, error } = event;
        runtime.logger.warn({ address, err: error }, 'a worker did not hand over a tensor; S3 is asked');
      }
    },
  });
  runtime.register('tensor exchange', { close: () => exchange.close() });
  runtime.logger.info({ latents: server.address, secured: tls !== undefined }, 'latents are served');
  return exchange;
}

async function readCertificates(environment: EncoderEnvironment): Promise<TransportSecurity | undefined> {
  const { GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE, GRPC_TLS_KEY } = environment;
  if (GRPC_TLS_AUTHORITY === undefined || GRPC_TLS_CERTIFICATE === undefined || GRPC_TLS_KEY === undefined)
    return undefined;
  const [authority, certificate, key] = await Promise.all(
    [GRPC_TLS_AUTHORITY, GRPC_TLS_CERTIFICATE, GRPC_TLS_KEY].map((file) => readFile(file)),
  );
  return { authority: authority!, certificate: certificate!, key: key! };
}
