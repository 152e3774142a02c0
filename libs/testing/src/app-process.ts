import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ListeningMessage } from '@medley/runtime';
import type { ObjectStorage } from './object-storage.ts';
import type { RedisServer } from './redis-server.ts';

/** What workers under test and those who play the others have in common. */
export const testDeployment = {
  bundles: fileURLToPath(new URL('../../../bundles', import.meta.url)),
  model: 'tiny-codi',
  secret: 'the secret of a deployment',
} as const;

/** Where an app finds Redis and S3. */
export interface Stores {
  redis: Pick<RedisServer, 'url'>;
  storage: Pick<ObjectStorage, 'options'>;
}

export interface Placement {
  /** A program and its arguments that Node is run by, such as one that enters a network namespace. */
  through?: readonly string[];
  /** File that gets what it writes. */
  log?: string;
}

/** The gateway or a worker in a process of its own. */
export class AppProcess {
  readonly #process: ChildProcess;
  /** Base of /readyz and /metrics. */
  readonly health: string;
  /** Base of the API; empty for a worker. */
  readonly api: string;

  private constructor(process: ChildProcess, { health, api = '' }: ListeningMessage) {
    this.#process = process;
    this.health = health;
    this.api = api;
  }

  /** Resolves when it is ready; `main` is the URL of its entry. Rejects with the exit code when it ends before. */
  static async start(
    main: URL,
    { redis, storage }: Stores,
    variables: Readonly<Record<string, string>> = {},
    { through = [], log }: Placement = {},
  ): Promise<AppProcess> {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = storage.options;
    const [program = process.execPath, ...before] = [...through, process.execPath];
    const output = log === undefined ? 'inherit' : openSync(log, 'a');
    const child = fork(fileURLToPath(main), {
      execPath: program,
      execArgv: before,
      stdio: ['ignore', output, output, 'ipc'],
      env: {
        REDIS_URL: redis.url,
        S3_ENDPOINT: endpoint,
        S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: accessKeyId,
        S3_SECRET_ACCESS_KEY: secretAccessKey,
        MEDLEY_BUNDLES: testDeployment.bundles,
        MEDLEY_MODELS: testDeployment.model,
        MEDLEY_SECRET: testDeployment.secret,
        LOG_LEVEL: 'fatal',
        NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
        ...variables,
      },
    });
    if (typeof output === 'number') closeSync(output);
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the process ended with code ${code as number}${log === undefined ? '' : `; see ${log}`}`);
    });
    const [listening] = (await Promise.race([once(child, 'message'), ended])) as [ListeningMessage];
    ended.catch(() => undefined);
    return new AppProcess(child, listening);
  }

  get id(): number {
    return this.#process.pid!;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Samples of one metric by their labels, as Prometheus writes them. */
  async metric(name: string): Promise<string[]> {
    const text = await (await fetch(`${this.health}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith(`medley_${name}{`));
  }

  /** The value of a counter with these labels; 0 where it was never counted. */
  async count(name: string, ...labels: string[]): Promise<number> {
    return (await this.metric(name))
      .filter((line) => labels.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Resolves with the exit code; null for one that was killed. */
  async end(kind: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (!this.running) return this.#process.exitCode;
    const exited = once(this.#process, 'exit') as Promise<[number | null]>;
    this.#process.kill(kind);
    return (await exited)[0];
  }
}
