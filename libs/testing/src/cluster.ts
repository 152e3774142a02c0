import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { newApiKey } from '@medley/domain';
import { AppProcess, type Placement, type Stores } from './app-process.ts';
import { searchPath } from './env.ts';
import { ObjectStorage } from './object-storage.ts';
import { RedisServer } from './redis-server.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export type ClusterApp = 'gateway' | 'encoder-worker' | 'diffusion-worker' | 'decoder-worker';

/** Where an app of a cluster runs, and what of its stores and environment is another there. */
export interface ClusterPlace extends Omit<Placement, 'log'> {
  stores?: Stores;
  variables?: Readonly<Record<string, string>>;
}

/** A deployment whose processes a test starts and ends one by one, as a cluster would: over a Redis and an S3 of its own. */
export class Cluster {
  /** The API key of every gateway. */
  readonly key = newApiKey();
  readonly stores: { redis: RedisServer; storage: ObjectStorage };
  readonly #logs: string;
  readonly #processes: AppProcess[] = [];

  private constructor(stores: Cluster['stores'], logs: string) {
    this.stores = stores;
    this.#logs = logs;
  }

  /** Starts Redis and S3 alone. `logs` names the folder under artifacts/ that the processes' logs are left in. */
  static async start(logs: string): Promise<Cluster> {
    await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/build.mjs')]);
    const folder = join(ROOT, 'artifacts', logs);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const [redis, storage] = await Promise.all([RedisServer.start(), ObjectStorage.start()]);
    return new Cluster({ redis, storage }, folder);
  }

  /** Resolves when the app is ready. */
  async run(app: ClusterApp, { stores = this.stores, variables = {}, through = [] }: ClusterPlace = {}) {
    const main = pathToFileURL(join(ROOT, 'dist', 'apps', app, 'main.js'));
    const log = join(this.#logs, `${app}-${this.#processes.length}.log`);
    const common = { PATH: searchPath(), LOG_LEVEL: 'info', PORT: '0', MEDLEY_BOOTSTRAP_KEY: this.key };
    const started = await AppProcess.start(main, stores, { ...common, ...variables }, { through, log });
    this.#processes.push(started);
    return started;
  }

  /** Ends every process, then Redis and S3. */
  async close(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.end('SIGKILL')));
    await this.stores.redis.close();
    await this.stores.storage.close();
  }
}
