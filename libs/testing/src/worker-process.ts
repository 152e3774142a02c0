import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
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

/** A worker in a process of its own. */
export class WorkerProcess {
  readonly #process: ChildProcess;
  /** Base of /readyz and /metrics. */
  readonly health: string;

  private constructor(process: ChildProcess, health: string) {
    this.#process = process;
    this.health = health;
  }

  /** Resolves when it is ready; `main` is the URL of its entry. Rejects with the exit code when it ends before. */
  static async start(
    main: URL,
    { redis, storage }: { redis: RedisServer; storage: ObjectStorage },
    variables: Readonly<Record<string, string>> = {},
  ): Promise<WorkerProcess> {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = storage.options;
    const child = fork(fileURLToPath(main), {
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
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the worker ended with code ${code as number}`);
    });
    const [{ health }] = (await Promise.race([once(child, 'message'), ended])) as [ListeningMessage];
    ended.catch(() => undefined);
    return new WorkerProcess(child, health);
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

  async end(kind: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return this.#process.exitCode;
    const exited = once(this.#process, 'exit') as Promise<[number | null]>;
    this.#process.kill(kind);
    return (await exited)[0];
  }
}
