const MASK = '[redacted]';

/** Field names whose value is a secret, wherever they stand in a line. */
const SECRET_FIELD =
  /"((?:[a-z0-9_.-]*(?:secret|password|passwd|authorization|cookie|credential|private_?key|access_?key)[a-z0-9_.-]*)|api_?key|token|access_?token|capability)":"(?:[^"\\]|\\.)*"/gi;

const SECRET_TEXTS: readonly [RegExp, string][] = [
  [/\bmdl_[A-Za-z0-9_-]{8,}/g, `mdl_${MASK}`],
  [/\bwhsec_[A-Za-z0-9+/=_-]{8,}/g, `whsec_${MASK}`],
  [/\b(Bearer|Basic) [A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${MASK}`],
  [/(:\/\/)[^/\s"@]*:[^/\s"@]+@/g, `$1${MASK}@`],
  [/(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"]+/gi, `$1${MASK}`],
  // Of a client's URL any part may be a secret, such as the path of a webhook.
  [/\b(https?:\/\/[^\s"\\/?#]+)[/?#][^\s"\\]+/gi, `$1/${MASK}`],
];

/**
 * Masks API keys, webhook secrets, credentials in URLs and headers, signatures of presigned links, what follows the host in web
 * addresses, and fields named like a secret.
 */
export function maskSecrets(line: string): string {
  return SECRET_TEXTS.reduce(
    (text, [pattern, replacement]) => text.replace(pattern, replacement),
    line.replace(SECRET_FIELD, `"$1":"${MASK}"`),
  );
}

/** Whether a variable of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return /SECRET|PASSWORD|TOKEN|KEY|CREDENTIAL/i.test(name);
}
