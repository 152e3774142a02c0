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

/**
 * Where the service is: the options, else MEDLEY_URL and MEDLEY_KEY, else the file that `npm start` writes into its
 * data folder (MEDLEY_DATA, `.medley` by default). Throws UsageError when nothing says it.
 */
export function findConnection(options: { url?: string | undefined; key?: string | undefined }): Connection {
  const running = readRunning(dataFolder());
  const url = options.url ?? process.env['MEDLEY_URL'] ?? running?.url;
  const key = options.key ?? process.env['MEDLEY_KEY'] ?? running?.key;
  if (url === undefined || key === undefined) {
    throw new UsageError(
      'no service is known here: run npm start, or set MEDLEY_URL and MEDLEY_KEY, or pass --url and --key',
    );
  }
  return { url, key };
}

function dataFolder(): string {
  return process.env['MEDLEY_DATA'] ?? '.medley';
}

function readRunning(folder: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8')) as Running;
  } catch {
    return undefined;
  }
}

/** What `medley doctor` looks at beside the service. */
export function doctorEnvironment() {
  return {
    redisUrl: process.env['REDIS_URL'],
    s3Endpoint: process.env['S3_ENDPOINT'],
    bundles: process.env['MEDLEY_BUNDLES'] ?? 'bundles',
    processes: readRunning(dataFolder())?.health ?? {},
  };
}
