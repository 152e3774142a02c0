export { type CertificateFiles } from './certificate-files.ts';
export { LatentStore, type HeldTensor, type LatentStoreOptions } from './latent-store.ts';
export { LatentsServer, type LatentsServerOptions } from './latents-server.ts';
export { startExchange, type ExchangeHost, type StartExchangeOptions } from './start-exchange.ts';
export { TensorExchange, type ExchangeEvent, type TensorExchangeOptions } from './tensor-exchange.ts';
export { CERTIFICATE_NAME, type TransportSecurity } from './transport-security.ts';
