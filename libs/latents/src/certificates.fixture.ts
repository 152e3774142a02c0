import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { CERTIFICATE_NAME, type TransportSecurity } from './transport-security.ts';

/** X.509 (RFC 5280) in DER with Ed25519 keys (RFC 8410), as much of it as a test needs. */

const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const bytes = (...values: number[]) => Buffer.from(values);
const ED25519 = sequence(der(0x06, bytes(0x2b, 0x65, 0x70)));
/** Extension 2.5.29.`number`. */
const extension = (number: number, value: Buffer) => sequence(der(0x06, bytes(0x55, 0x1d, number)), der(0x04, value));
const name = (common: string) =>
  sequence(der(0x31, sequence(der(0x06, bytes(0x55, 0x04, 0x03)), der(0x0c, Buffer.from(common)))));
const pem = (label: string, content: Buffer) =>
  Buffer.from(
    `-----BEGIN ${label}-----\n${content.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`,
  );

function certificate(subject: string, publicKey: KeyObject, issuer: string, key: KeyObject, kind: Buffer): Buffer {
  const year = new Date().getUTCFullYear();
  const time = (at: number) => der(0x18, Buffer.from(`${at}0101000000Z`));
  const content = sequence(
    der(0xa0, der(0x02, bytes(2))),
    der(0x02, Buffer.concat([bytes(1), randomBytes(8)])),
    ED25519,
    name(issuer),
    sequence(time(year - 1), time(year + 2)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(kind)),
  );
  return pem('CERTIFICATE', sequence(content, ED25519, der(0x03, bytes(0), sign(null, content, key))));
}

/** An authority of its own and a certificate for one worker. */
export function workerCertificate(): TransportSecurity {
  const authority = generateKeyPairSync('ed25519');
  const worker = generateKeyPairSync('ed25519');
  const isAuthority = extension(19, sequence(der(0x01, bytes(0xff))));
  const names = extension(17, sequence(der(0x82, Buffer.from(CERTIFICATE_NAME))));
  return {
    authority: certificate('test authority', authority.publicKey, 'test authority', authority.privateKey, isAuthority),
    certificate: certificate('worker', worker.publicKey, 'test authority', authority.privateKey, names),
    key: Buffer.from(worker.privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
}
