/** Mutual TLS between the workers of a deployment. Everything is PEM. */
export interface TransportSecurity {
  /** Authority that signed the certificates of all workers. */
  authority: Buffer;
  certificate: Buffer;
  key: Buffer;
}

/** The name that every worker's certificate is made out to; the addresses of workers come and go. */
export const CERTIFICATE_NAME = 'latents.medley.internal';

/** Throws where tensors would cross a network in the clear. */
export function checkLoopback(host: string, tls: TransportSecurity | undefined): void {
  if (tls !== undefined || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return;
  throw new Error(
    `the latents server may listen on ${host} with certificates only; give it certificates, or let it listen on 127.0.0.1`,
  );
}
