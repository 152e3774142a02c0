import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3AssetStore } from '@medley/assets';
import {
  commitGeneration,
  generationRequest,
  newApiKey,
  objectKeys,
  type CommitPorts,
  type Ending,
  type GenerationRequest,
} from '@medley/domain';
import { S3Server } from '@medley/embedded';
import { QueueAdapter } from '@medley/queue';
import { Health, Metrics, createLogger, passingTracing, type Resource, type Runtime } from '@medley/runtime';
import { RedisServer } from '@medley/testing';
import { gatewayEnvironment, type GatewayEnvironment } from './env.ts';
import { startGateway } from './start-gateway.ts';

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret', region: 'us-east-1' };

/** A Redis and an S3 of a test's own. */
export class Backends {
  readonly redis: RedisServer;
  readonly store: S3AssetStore;
  /** What a worker would hold of this Redis. */
  readonly queue: QueueAdapter;
  readonly #folder: string;
  #s3: S3Server;

  private constructor(redis: RedisServer, s3: S3Server, folder: string) {
    this.redis = redis;
    this.#s3 = s3;
    this.#folder = folder;
    this.store = new S3AssetStore({ endpoint: s3.endpoint, bucket: 'medley', ...credentials });
    this.queue = new QueueAdapter({ url: redis.url, name: 'test', onError: () => undefined });
  }

  static async start(): Promise<Backends> {
    const folder = await mkdtemp(join(tmpdir(), 'medley-gateway-'));
    const [redis, s3] = await Promise.all([
      RedisServer.start(),
      S3Server.start({ folder, bucket: 'medley', credentials }),
    ]);
    const backends = new Backends(redis, s3, folder);
    await backends.queue.start();
    return backends;
  }

  get ports(): CommitPorts {
    const { live, events, queue } = this.queue.ports('patient');
    return { store: this.store, live, events, queue };
  }

  /** The request as it stands open in S3; undefined when it is not open. */
  async openRequest(id: string): Promise<GenerationRequest | undefined> {
    const open = await this.store.get(objectKeys.open(id));
    return open === undefined
      ? undefined
      : generationRequest.parse(JSON.parse(Buffer.from(open.body).toString('utf8')));
  }

  /** Ends a generation as a worker would. */
  async commit(id: string, ending: Ending): Promise<void> {
    await commitGeneration(this.ports, (await this.openRequest(id))!, 1, ending);
  }

  /** Keys in S3 under a prefix. */
  async keys(prefix: string): Promise<string[]> {
    return (await this.store.list(prefix)).keys;
  }

  get s3Endpoint(): string {
    return this.#s3.endpoint;
  }

  async stopS3(): Promise<void> {
    await this.#s3.close();
  }

  /** On the same port. */
  async restartS3(port: number): Promise<void> {
    this.#s3 = await S3Server.start({ folder: this.#folder, bucket: 'medley', credentials, port });
  }

  async close(): Promise<void> {
    await this.queue.close();
    this.store.close();
    await this.redis.close();
    await this.#s3.close();
    await rm(this.#folder, { recursive: true });
  }
}

/** One gateway in this process, started by its own composition root, and what a client needs to call it. */
export class TestGateway {
  readonly key: string;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly logs: Record<string, unknown>[];
  readonly #base: string;
  readonly #resources: Resource[];
  readonly #stopping: AbortController;

  private constructor(parts: Omit<RuntimeParts, 'runtime'> & { key: string; base: string }) {
    this.key = parts.key;
    this.health = parts.health;
    this.metrics = parts.metrics;
    this.logs = parts.logs;
    this.#base = parts.base;
    this.#resources = parts.resources;
    this.#stopping = parts.stopping;
  }

  static async start(backends: Backends, changes: Partial<Record<keyof GatewayEnvironment, string>> = {}) {
    const key = changes.MEDLEY_BOOTSTRAP_KEY ?? newApiKey();
    const environment = gatewayEnvironment.parse({
      GATEWAY_ROLES: 'api',
      PORT: '0',
      REDIS_URL: backends.redis.url,
      S3_ENDPOINT: backends.s3Endpoint,
      S3_BUCKET: 'medley',
      S3_ACCESS_KEY_ID: credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      MEDLEY_BUNDLES: 'bundles',
      MEDLEY_MODELS: 'tiny-codi',
      MEDLEY_SECRET: 'a secret of the tests',
      MEDLEY_BOOTSTRAP_KEY: key,
      ...changes,
    });
    const { runtime, ...parts } = createRuntime();
    const { api } = await startGateway(environment, runtime);
    parts.health.enter('ready');
    return new TestGateway({ ...parts, key, base: api ?? '' });
  }

  /** Sends a request with this gateway's API key. A `json` body is sent as JSON. */
  async call(path: string, init: RequestInit & { json?: unknown; headers?: Record<string, string> } = {}) {
    const { json, headers, ...rest } = init;
    return fetch(new URL(path, this.#base), {
      ...rest,
      ...(json === undefined ? {} : { method: rest.method ?? 'POST', body: JSON.stringify(json) }),
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    });
  }

  /** The same, where the answer is JSON. */
  async json<Body = Record<string, unknown>>(path: string, init: Parameters<TestGateway['call']>[1] = {}) {
    const response = await this.call(path, init);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  }

  /** Accepts a generation and answers its id. */
  async accept(body: unknown = PICTURE): Promise<string> {
    const { status, body: view } = await this.json<{ id: string }>('/v1/generations', { json: body });
    if (status !== 202) throw new Error(`answered ${status}: ${JSON.stringify(view)}`);
    return view.id;
  }

  url(path: string): URL {
    return new URL(path, this.#base);
  }

  /** Shuts down in the order of libs/runtime. */
  async close(): Promise<void> {
    this.#stopping.abort();
    const grace = AbortSignal.timeout(5_000);
    await Promise.all(this.#resources.map(async (resource) => resource.stop?.()));
    await Promise.all(this.#resources.map(async (resource) => resource.drain?.(grace)));
    for (const resource of this.#resources.reverse()) await resource.close?.();
  }
}

/** One text condition, one picture. */
export const PICTURE = { conditions: [{ type: 'text', text: 'a dog' }], outputs: [{ type: 'image' }] };

interface RuntimeParts {
  runtime: Runtime;
  health: Health;
  metrics: Metrics;
  logs: Record<string, unknown>[];
  resources: Resource[];
  stopping: AbortController;
}

function createRuntime(): RuntimeParts {
  const [health, metrics, stopping] = [new Health(), new Metrics('gateway'), new AbortController()];
  const logs: Record<string, unknown>[] = [];
  const resources: Resource[] = [];
  const write = (line: string) => void logs.push(JSON.parse(line) as Record<string, unknown>);
  const runtime: Runtime = {
    logger: createLogger({ name: 'gateway', destination: { write } }),
    metrics,
    health,
    tracing: passingTracing,
    signal: stopping.signal,
    register: (_name, resource) => void resources.push(resource),
    watchFetching: () => undefined,
  };
  return { runtime, health, metrics, logs, resources, stopping };
}
