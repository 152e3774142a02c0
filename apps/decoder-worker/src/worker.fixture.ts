import { setImmediate } from 'node:timers/promises';
import {
  MODALITY_INDEX,
  decodeRoles,
  jobId,
  readResult,
  loadBundle,
  type GenerationEvent,
  type GenerationRequest,
  type GenerationResult,
  type Modality,
  type OutputRecord,
  type Bundle,
} from '@medley/domain';
import { LatentStore, LatentsServer, TensorExchange } from '@medley/latents';
import { Media, MediaPool } from '@medley/media';
import { QueueAdapter, type QueuePorts } from '@medley/queue';
import { standardNormal } from '@medley/tensor';
import { AppProcess, ObjectStorage, RedisServer, sampleRequest, testDeployment } from '@medley/testing';

const { bundles, model, secret } = testDeployment;
const { signal } = new AbortController();

export const startWorker = (pipeline: Pipeline): Promise<AppProcess> =>
  AppProcess.start(new URL('./main.ts', import.meta.url), pipeline);

/** All that a decoder worker needs around it: Redis, S3, and latents that a diffusion worker made. */
export class Pipeline {
  readonly redis: RedisServer;
  readonly storage: ObjectStorage;
  readonly ports: QueuePorts;
  readonly exchange: TensorExchange;
  readonly bundle: Bundle;
  readonly media: Media;
  readonly #adapter: QueueAdapter;
  readonly #server: LatentsServer;
  readonly #mediaPool: MediaPool;

  private constructor(parts: {
    redis: RedisServer;
    storage: ObjectStorage;
    bundle: Bundle;
    store: LatentStore;
    server: LatentsServer;
    mediaPool: MediaPool;
  }) {
    const { redis, storage, bundle, store, server, mediaPool } = parts;
    this.redis = redis;
    this.storage = storage;
    this.bundle = bundle;
    this.media = new Media(mediaPool);
    this.#mediaPool = mediaPool;
    this.#server = server;
    this.#adapter = new QueueAdapter({ url: redis.url, name: 'test', onError: () => undefined });
    this.ports = this.#adapter.ports('prompt');
    this.exchange = new TensorExchange({
      store,
      objects: storage.store,
      address: server.address,
      deployment: 'medley',
      secret,
    });
  }

  static async start(): Promise<Pipeline> {
    const store = new LatentStore({ budgetBytes: 2 ** 24, leaseSeconds: 60 });
    const [redis, storage, bundle, mediaPool, server] = await Promise.all([
      RedisServer.start(),
      ObjectStorage.start(),
      loadBundle(`${bundles}/${model}`),
      MediaPool.start({ children: 1, sandbox: 'auto' }),
      LatentsServer.listen({ store, host: '127.0.0.1', port: 0, deployment: 'medley', secret }),
    ]);
    const pipeline = new Pipeline({ redis, storage, bundle, store, server, mediaPool });
    await pipeline.#adapter.start();
    return pipeline;
  }

  /** A request whose live state stands and whose latents are published; nothing is queued. Latents follow from the seed. */
  async prepare(overrides: Partial<GenerationRequest> = {}): Promise<GenerationRequest> {
    const request = sampleRequest(this.bundle, {
      conditions: [{ type: 'text', text: 'a dog & a "cat" on <blue>', weight: 1 }],
      determinism: 'strict',
      ...overrides,
    });
    await this.ports.live.create(request, 1);
    const latents = decodeRoles(request).map(async ({ role, output, sample }) => {
      const { shape } = this.bundle.manifest.modalities[output.type]!.latent;
      const key = { seed: request.seed, modality: MODALITY_INDEX[output.type], sample, stream: 5 };
      return [role, await this.exchange.publish(request.id, standardNormal(shape, key), signal)] as const;
    });
    await this.ports.live.update(request.id, 1, {
      status: 'diffusing',
      latents: Object.fromEntries(await Promise.all(latents)),
      timings: { diffuse_completed: Date.now() },
    });
    return request;
  }

  /** Runs a request to its end. */
  async finish(request: GenerationRequest): Promise<{ events: GenerationEvent[]; result: GenerationResult }> {
    await this.ports.queue.addDecodeFlow(request, 1, 5);
    const events: GenerationEvent[] = [];
    for await (const entry of this.ports.events.follow(request.id, { signal }))
      if ('event' in entry) events.push(entry.event);
    return { events, result: (await readResult(this.storage.store, request.id))! };
  }

  async generate(overrides: Partial<GenerationRequest> = {}) {
    const request = await this.prepare(overrides);
    return { request, ...(await this.finish(request)) };
  }

  /** Resolves when the `assemble` job of a request has run, whatever it did. */
  async assembled(request: GenerationRequest): Promise<void> {
    const id = jobId({ v: 1, generation: request.id, epoch: 1, role: 0 }, 'assemble');
    for (;;) {
      const job = (await this.ports.queue.jobStates(request, 1)).get(id);
      if (job?.state === 'completed' || job?.state === 'failed') return;
      await setImmediate();
    }
  }

  async file({ key }: OutputRecord): Promise<Buffer> {
    return Buffer.from((await this.storage.store.get(key))!.body);
  }

  async close(): Promise<void> {
    this.exchange.close();
    this.#server.close();
    await this.#mediaPool.close();
    await this.#adapter.close();
    await this.storage.close();
    await this.redis.close();
  }
}

export function outputs(...formats: [Modality, string][]): GenerationRequest['outputs'] {
  return formats.map(([type, format]) => ({ type, format, guidance: 3 }));
}
