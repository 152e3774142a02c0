import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LauncherError } from './launcher-error.ts';

export interface LauncherArguments {
  /** Port of the API; 0 takes a free one. */
  port: number;
  /** Absolute path of the data folder. */
  data: string;
  /** One line of JSON on standard output instead of words. */
  json: boolean;
  help: boolean;
}

export const HELP = `npm start: Medley on this machine, listening on loopback only

  npm start                          starts everything, prints the address, a key and an example
  npm start -- --port 9000           port of the API (8080; 0 takes a free one)
  npm start -- --data FOLDER         where everything is kept (.medley); the command finds it by MEDLEY_DATA=FOLDER
  npm start -- --json                prints one line {"url":…,"key":…} when it is ready

  REDIS_URL                          uses that Redis instead of a private one
  S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_REGION
                                     use that S3 instead of a store on disk
  MEDLEY_BUNDLES, MEDLEY_MODELS      folder of the bundles (bundles), and which of them to serve (all)
  LOG_LEVEL                          of the logs in FOLDER/logs (info)

Ctrl-C stops everything; what was accepted is continued at the next start.
`;

const DEFAULT_PORT = 8080;

/** `folder` is where a relative --data starts, `root` where the project lies. Throws LauncherError that names what is wrong. */
export function parseArguments(argv: readonly string[], folder: string, root: string): LauncherArguments {
  const { port, data, json = false, help = false } = parse(argv);
  return {
    port: port === undefined ? DEFAULT_PORT : parsePort(port),
    data: data === undefined ? resolve(root, '.medley') : resolve(folder, data),
    json,
    help,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new LauncherError(`${(error as Error).message}; npm start -- --help says what there is`, { cause: error });
  }
}

function parsePort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) throw new LauncherError(`--port is "${value}"; 0 to 65535 are allowed`);
  return port;
}
