import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './usage.ts';

export interface Connection {
  url: string;
  key: string;
}

/** What `npm start` leaves in its data folder. */
interface Running extends Connection {
  /** Where its processes answer /readyz, by name. */
  health?: Record<string, string>;
}

/** What the command reads of its environment; a variable that is empty is not set. */
export interface CommandEnvironment {
  url: string | undefined;
  key: string | undefined;
  /** The service of this machine, as `npm start` tells it in its data folder (MEDLEY_DATA, `.medley` by default). */
  running: Running | undefined;
  redisUrl: string | undefined;
  s3Endpoint: string | undefined;
  /** Folder of the bundles. */
  bundles: string;
  /** Those of them that are served; all when it is empty. */
  models: string[];
}

type GivenConnection = { [Part in keyof Connection]?: string | undefined };

export function commandEnvironment(): CommandEnvironment {
  const models = (read('MEDLEY_MODELS') ?? '').split(',').map((name) => name.trim());
  return {
    url: read('MEDLEY_URL'),
    key: read('MEDLEY_KEY'),
    running: readRunning(read('MEDLEY_DATA') ?? '.medley'),
    redisUrl: read('REDIS_URL'),
    s3Endpoint: read('S3_ENDPOINT'),
    bundles: read('MEDLEY_BUNDLES') ?? 'bundles',
    models: models.filter((name) => name !== ''),
  };
}

/**
 * Where the service is and with which key: the options, else MEDLEY_URL and MEDLEY_KEY, else what runs on this machine. The
 * key of that goes to its own origin alone. Throws UsageError when one of them is not known.
 */
export function findConnection(options: GivenConnection, environment: CommandEnvironment): Connection {
  const url = findUrl(options, environment);
  if (url === undefined)
    throw new UsageError(
      'no service is known here: run npm start, or set MEDLEY_URL and MEDLEY_KEY, or pass --url and --key',
    );
  const key = options.key ?? environment.key ?? runningAt(url, environment)?.key;
  if (key === undefined) throw new UsageError(`no key is known for ${url}: pass --key, or set MEDLEY_KEY`);
  return { url, key };
}

/** Undefined when nothing says where the service is. Throws UsageError for what is no address. */
export function findUrl(options: GivenConnection, { url: set, running }: CommandEnvironment): string | undefined {
  const [name, url] = options.url === undefined ? ['MEDLEY_URL', set] : ['--url', options.url];
  if (url === undefined) return running?.url;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new UsageError(`${name} is "${url}"; an address such as http://127.0.0.1:8080 is expected`);
  return url;
}

/** What runs on this machine, if that is the service at the address. */
export function runningAt(url: string, { running }: CommandEnvironment): Running | undefined {
  return running !== undefined && new URL(running.url).origin === new URL(url).origin ? running : undefined;
}

function readRunning(folder: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8')) as Running;
  } catch {
    return undefined;
  }
}

function read(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}
