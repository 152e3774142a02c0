import { LauncherError } from './launcher-error.ts';

export interface S3Settings {
  endpoint: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

/** What the launcher reads of its environment. */
export interface LauncherEnvironment {
  /** Where relative paths of the command line start: npm changes the folder, and says from where. */
  folder: string;
  path: string;
  redisUrl: string | undefined;
  s3: S3Settings | undefined;
  bundles: string | undefined;
  models: string[];
}

/** Throws LauncherError when S3_ENDPOINT is set and something that belongs to it is not. */
export function launcherEnvironment(): LauncherEnvironment {
  const models = (read('MEDLEY_MODELS') ?? '').split(',').map((name) => name.trim());
  return {
    folder: read('INIT_CWD') ?? process.cwd(),
    path: read('PATH') ?? '',
    redisUrl: read('REDIS_URL'),
    s3: readS3(),
    bundles: read('MEDLEY_BUNDLES'),
    models: models.filter((name) => name !== ''),
  };
}

/** The environment of a process that the launcher starts: the launcher's own, changed. Its log lines are JSON whatever is set outside. */
export function childEnvironment(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, MEDLEY_GRACE_SECONDS: read('MEDLEY_GRACE_SECONDS') ?? '5', LOG_PRETTY: '', ...changes };
}

function readS3(): S3Settings | undefined {
  const endpoint = read('S3_ENDPOINT');
  if (endpoint === undefined) return undefined;
  const belonging = (name: string): string => {
    const value = read(name);
    if (value === undefined) throw new LauncherError(`S3_ENDPOINT is set to ${endpoint}, but ${name} is not set`);
    return value;
  };
  return {
    endpoint,
    bucket: belonging('S3_BUCKET'),
    accessKeyId: belonging('S3_ACCESS_KEY_ID'),
    secretAccessKey: belonging('S3_SECRET_ACCESS_KEY'),
    region: read('S3_REGION') ?? 'us-east-1',
  };
}

function read(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}
