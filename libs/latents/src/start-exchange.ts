import type { AssetStore, Tracing } from '@medley/domain';
import { readCertificates, type CertificateFiles } from './certificate-files.ts';
import type { LatentStore } from './latent-store.ts';
import { LatentsServer } from './latents-server.ts';
import { TensorExchange, type ExchangeEvent } from './tensor-exchange.ts';

/** What an exchange asks of the process that it runs in. */
export interface ExchangeHost {
  tracing?: Tracing;
  logger: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
  /** Hands over what has to be closed at the end. */
  register(name: string, resource: { drain?(signal: AbortSignal): Promise<void>; close(): void }): void;
}

export interface StartExchangeOptions {
  store: LatentStore;
  objects: AssetStore;
  deployment: string;
  secret: string;
  /** Of mutual TLS with the other workers. */
  certificates?: CertificateFiles;
  /** Where other workers fetch what `store` holds; nothing is served by default. */
  serve?: {
    host: string;
    /** 0 takes a free one. */
    port: number;
    /** Told of every data message, before it is sent. */
    observe: (sent: { bytes: number }) => void;
  };
  /** See TensorExchangeOptions. */
  inlineBytes?: number;
  observe: (event: ExchangeEvent) => void;
}

/** The exchange of one worker, with its server where it serves. Throws an Error for certificates that can't be read, or an address that can't be listened on. */
export async function startExchange(host: ExchangeHost, options: StartExchangeOptions): Promise<TensorExchange> {
  const { store, objects, deployment, secret, certificates, serve, inlineBytes = 0, observe } = options;
  const tls = certificates === undefined ? undefined : await readCertificates(certificates);
  const { tracing } = host;
  const common = { store, deployment, secret, tracing, ...(tls === undefined ? {} : { tls }) };
  const server = serve === undefined ? undefined : await LatentsServer.listen({ ...common, ...serve });
  if (server !== undefined) host.register('latents server', server);
  const exchange = new TensorExchange({
    ...common,
    objects,
    inlineBytes,
    ...(server === undefined ? {} : { address: server.address }),
    observe: (event) => {
      observe(event);
      if (event.type !== 'peer-failed') return;
      const { address, error } = event;
      host.logger.warn({ address, err: error }, 'a worker did not hand over a tensor; S3 is asked');
    },
  });
  host.register('tensor exchange', { close: () => exchange.close() });
  if (server !== undefined)
    host.logger.info({ latents: server.address, secured: tls !== undefined }, 'latents are served');
  return exchange;
}
