import { readFile } from 'node:fs/promises';
import type { TransportSecurity } from './transport-security.ts';

/** Paths of the PEM files of mutual TLS between workers. */
export interface CertificateFiles {
  authority: string;
  certificate: string;
  key: string;
}

/** Throws an Error that names the file which can't be read. */
export async function readCertificates(files: CertificateFiles): Promise<TransportSecurity> {
  const [authority, certificate, key] = await Promise.all([
    readFile(files.authority),
    readFile(files.certificate),
    readFile(files.key),
  ]);
  return { authority, certificate, key };
}
