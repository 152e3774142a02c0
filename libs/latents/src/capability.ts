import { createHmac, timingSafeEqual } from 'node:crypto';

/** Proof that whoever asks knows the deployment's secret: HMAC-SHA256 over the digest (or generation) asked for and the deployment. */
export function capabilityOf(secret: string, deployment: string, subject: Uint8Array | string): Uint8Array {
  return createHmac('sha256', secret).update(subject).update('\0').update(deployment).digest();
}

/** Compares in constant time. */
export function isCapability(given: Uint8Array, expected: Uint8Array): boolean {
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}
