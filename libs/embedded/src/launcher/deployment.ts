import { join } from 'node:path';
import type { LauncherArguments } from './arguments.ts';
import { checkBundles, type CheckedBundle } from './check-bundles.ts';
import type { DataFolder } from './data-folder.ts';
import type { LauncherEnvironment, S3Settings } from './env.ts';
import { findRedis } from './find-redis.ts';
import { LOOPBACK, checkAnswers } from './loopback.ts';
import { ManagedProcess, type Listening, type ProcessOptions } from './managed-process.ts';
import { REDIS_READY, planRedis } from './redis-process.ts';
import type { Secrets } from './secrets.ts';
import { untilReady } from './until-ready.ts';

const APPS = ['gateway', 'encoder-worker', 'diffusion-worker', 'decoder-worker'] as const;
const BUCKET = 'medley';
const REGION = 'us-east-1';
/** Milliseconds that apps, and then what they need, may take to end. The apps' own grace time is shorter. */
const STOP_APPS_MILLISECONDS = 12_000;
const STOP_STORES_MILLISECONDS = 5_000;

export interface DeploymentOptions {
  args: LauncherArguments;
  environment: LauncherEnvironment;
  folder: DataFolder;
  secrets: Secrets;
  /** Folder of the project. */
  root: string;
  say: (line: string) => void;
}

/** Everything that `npm start` runs: Redis and S3 where there are none, the gateway, and one worker of each pool. */
export class Deployment {
  readonly #options: DeploymentOptions;
  readonly #stores: ManagedProcess[] = [];
  readonly #apps: ManagedProcess[] = [];
  #stopping = false;

  constructor(options: DeploymentOptions) {
    this.#options = options;
  }

  /** Resolves with the address of the API when every process is ready. Rejects with LauncherError; `stop` is still needed then. */
  async start(): Promise<{ url: string; bundles: CheckedBundle[] }> {
    const { args, environment, secrets, root } = this.#options;
    const bundlesFolder = environment.bundles ?? join(root, 'bundles');
    const [bundles, redisUrl, s3] = await Promise.all([
      checkBundles(bundlesFolder, environment.models),
      this.#redis(),
      this.#objectStore(),
    ]);
    const variables = {
      HOST: LOOPBACK,
      GRPC_PORT: '0',
      REDIS_URL: redisUrl,
      S3_ENDPOINT: s3.endpoint,
      S3_REGION: s3.region,
      S3_BUCKET: s3.bucket,
      S3_ACCESS_KEY_ID: s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
      MEDLEY_BUNDLES: bundlesFolder,
      MEDLEY_MODELS: bundles.map(({ name }) => name).join(','),
      MEDLEY_SECRET: secrets.deployment,
    };
    const worker = (before: Listening | undefined) => ({
      ...variables,
      METRICS_PORT: before === undefined ? '0' : new URL(before.health).port,
    });
    const gateway = (before: Listening | undefined) => ({
      ...worker(before),
      PORT: before?.api === undefined ? String(args.port) : new URL(before.api).port,
      MEDLEY_BOOTSTRAP_KEY: secrets.key,
      MEDLEY_PAGE: join(root, 'dist', 'playground'),
    });
    await Promise.all(
      APPS.map(async (app) => {
        const environment = app === 'gateway' ? gateway : worker;
        const script = join(root, 'dist', 'apps', app, 'main.js');
        // Workers take every core that they find; the API answers while they do.
        const background = app !== 'gateway';
        await untilReady(await this.#run(this.#apps, { name: app, ...node(script), environment, background }));
      }),
    );
    return { url: this.#apps.find(({ name }) => name === 'gateway')!.listening!.api!, bundles };
  }

  /** Process ids by name. */
  get processes(): Record<string, number> {
    const running = [...this.#stores, ...this.#apps];
    return Object.fromEntries(running.flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid]])));
  }

  /** Where the apps answer /readyz, by name. */
  get health(): Record<string, string> {
    return Object.fromEntries(this.#apps.map(({ name, listening }) => [name, listening?.health ?? '']));
  }

  /** Ends the apps, then what they need. Resolves when every process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#apps.map((app) => app.stop(STOP_APPS_MILLISECONDS)));
    await Promise.all(this.#stores.map((store) => store.stop(STOP_STORES_MILLISECONDS)));
  }

  /** Ends every process at once. */
  kill(): void {
    for (const managed of [...this.#apps, ...this.#stores]) managed.kill();
  }

  /** Answers its URL. */
  async #redis(): Promise<string> {
    const { environment, folder, secrets, say } = this.#options;
    const { redisUrl, path } = environment;
    if (redisUrl !== undefined) {
      await checkAnswers('REDIS_URL', redisUrl, 6379);
      return redisUrl;
    }
    const root = process.getuid?.() === 0;
    const program = await findRedis({ path, root, terminal: process.stdin.isTTY, say });
    const { url, ...command } = await planRedis(program, folder.path, secrets.redis);
    await this.#run(this.#stores, { name: 'redis', ...command, readyLine: REDIS_READY });
    return url;
  }

  async #objectStore(): Promise<S3Settings> {
    const { environment, folder, secrets, root } = this.#options;
    if (environment.s3 !== undefined) {
      const { endpoint } = environment.s3;
      await checkAnswers('S3_ENDPOINT', endpoint, endpoint.startsWith('https:') ? 443 : 80);
      return environment.s3;
    }
    const settings = { bucket: BUCKET, region: REGION, ...secrets.s3 };
    const store = await this.#run(this.#stores, {
      name: 'object-store',
      ...node(join(root, 'dist', 'object-store', 'main.js')),
      environment: (before) => ({
        S3_FOLDER: join(folder.path, 's3'),
        S3_PORT: before === undefined ? '0' : new URL(before.health).port,
        S3_BUCKET: settings.bucket,
        S3_REGION: settings.region,
        S3_ACCESS_KEY_ID: settings.accessKeyId,
        S3_SECRET_ACCESS_KEY: settings.secretAccessKey,
      }),
    });
    return { endpoint: store.listening!.health, ...settings };
  }

  async #run(group: ManagedProcess[], options: Omit<ProcessOptions, 'logs' | 'say'>): Promise<ManagedProcess> {
    if (this.#stopping) throw new Error('the launcher stops');
    const { folder, say } = this.#options;
    const managed = new ManagedProcess({ ...options, logs: join(folder.path, 'logs'), say });
    group.push(managed);
    await managed.start();
    return managed;
  }
}

/** Megabytes of new objects that a process keeps room for. Tensors lie elsewhere; the default is 20 MB more at rest. */
const YOUNG_MEGABYTES = 4;

function node(script: string): { command: string; args: string[] } {
  const flags = ['--enable-source-maps', `--max-semi-space-size=${YOUNG_MEGABYTES}`];
  return { command: process.execPath, args: [...flags, script] };
}
