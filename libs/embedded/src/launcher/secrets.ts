import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { newApiKey } from '@medley/domain';
import { LauncherError } from './launcher-error.ts';

const secrets = z.strictObject({
  /** API key with every scope. */
  key: z.string(),
  /** Signs links and ids. */
  deployment: z.string(),
  /** Password of the private Redis where it listens on a port. */
  redis: z.string(),
  s3: z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});
/** Made once for a data folder; they stay as they are. */
export type Secrets = z.infer<typeof secrets>;

/** Reads `secrets.json` of a data folder, or makes it, readable by its owner alone. Throws LauncherError when it is damaged. */
export async function readSecrets(folder: string): Promise<Secrets> {
  const path = join(folder, 'secrets.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new LauncherError(`${path} can't be read: ${error.message}`, { cause: error });
  });
  if (text === undefined) return createSecrets(path);
  try {
    return secrets.parse(JSON.parse(text));
  } catch (error) {
    throw new LauncherError(`${path} is damaged; restore it, or delete it to have new secrets and a new key`, {
      cause: error,
    });
  }
}

async function createSecrets(path: string): Promise<Secrets> {
  const made: Secrets = {
    key: newApiKey(),
    deployment: randomBytes(32).toString('base64url'),
    redis: randomBytes(24).toString('base64url'),
    s3: { accessKeyId: randomBytes(10).toString('hex'), secretAccessKey: randomBytes(30).toString('base64url') },
  };
  await writeFile(`${path}.new`, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
  return made;
}
