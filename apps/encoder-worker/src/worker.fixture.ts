import { createHash } from 'node:crypto';
import {
  objectKeys,
  loadBundle,
  type BundleRef,
  type Condition,
  type GenerationEvent,
  type GenerationRequest,
} from '@medley/domain';
import { LatentStore, TensorExchange, type ExchangeEvent } from '@medley/latents';
import { Media, MediaPool } from '@medley/media';
import { QueueAdapter, type Processor, type QueuePorts } from '@medley/queue';
import { float32 } from '@medley/tensor';
import { AppProcess, ObjectStorage, RedisServer, sampleRequest, testDeployment } from '@medley/testing';

const { bundles, model, secret } = testDeployment;
const OWNER = 'key_a';
const { signal } = new AbortController();

export const startWorker = (pipeline: Pipeline, environment: Record<string, string> = {}): Promise<AppProcess> =>
  AppProcess.start(new URL('./main.ts', import.meta.url), pipeline, environment);

/** All that an encoder worker needs around it: Redis, S3, and files that clients send. */
export class Pipeline {
  readonly redis: RedisServer;
  readonly storage: ObjectStorage;
  readonly ports: QueuePorts;
  readonly exchange: TensorExchange;
  /** Where tensors came from that did not lie in their references. */
  readonly fetched: ExchangeEvent[] = [];
  readonly bundle: BundleRef;
  readonly media: Media;
  /** What a condition's URL leads to. */
  ingested: Extract<Condition, { asset: unknown }>['asset'] | undefined;
  readonly #adapter: QueueAdapter;
  readonly #mediaPool: MediaPool;
  #ingest: Processor | undefined;

  private constructor(parts: { redis: RedisServer; storage: ObjectStorage; bundle: BundleRef; mediaPool: MediaPool }) {
    const { redis, storage, bundle, mediaPool } = parts;
    this.redis = redis;
    this.storage = storage;
    this.bundle = { name: bundle.name, digest: bundle.digest };
    this.media = new Media(mediaPool);
    this.#mediaPool = mediaPool;
    this.#adapter = new QueueAdapter({ url: redis.url, name: 'test', onError: () => undefined });
    this.ports = this.#adapter.ports('prompt');
    this.exchange = new TensorExchange({
      store: new LatentStore({ budgetBytes: 0, leaseSeconds: 1 }),
      objects: storage.store,
      deployment: 'medley',
      secret,
      observe: (event) => this.fetched.push(event),
    });
  }

  static async start(): Promise<Pipeline> {
    const [redis, storage, bundle, mediaPool] = await Promise.all([
      RedisServer.start(),
      ObjectStorage.start(),
      loadBundle(`${bundles}/${model}`),
      MediaPool.start({ children: 1, sandbox: 'auto' }),
    ]);
    const pipeline = new Pipeline({ redis, storage, bundle, mediaPool });
    await pipeline.#adapter.start();
    pipeline.#ingest = pipeline.#adapter.processor({
      stage: 'ingest',
      queue: 'ingest',
      concurrency: 1,
      handler: async ({ payload: { generation, epoch, role } }) => {
        if (pipeline.ingested === undefined) return;
        await pipeline.ports.live.update(generation, epoch, { assets: { [role]: pipeline.ingested } });
      },
      observer: { started() {}, ended() {}, stalled() {}, failed() {}, troubled() {} },
    });
    return pipeline;
  }

  /** Stores a file as the gateway does. */
  async asset(
    type: Exclude<Condition['type'], 'text'>,
    contentType: string,
    bytes: Uint8Array,
  ): Promise<Extract<Condition, { asset: unknown }>> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const id = `ast_${sha256.slice(0, 26)}`;
    await this.storage.store.put(objectKeys.asset(OWNER, id), bytes, { contentType, metadata: { sha256 } });
    return { type, weight: 1, asset: { id, content_type: contentType, sha256, bytes: bytes.byteLength } };
  }

  /** A picture, a sound or a clip that is not yet known; `seed` makes others. */
  async file(type: Exclude<Condition['type'], 'text'>, seed = 1): Promise<Extract<Condition, { asset: unknown }>> {
    const wave = (shape: number[]) => {
      const tensor = float32(shape);
      tensor.data.forEach((_, at) => (tensor.data[at] = 0.5 + 0.4 * Math.sin((at * seed) / 40)));
      return tensor;
    };
    const provenance = '{}';
    switch (type) {
      case 'image':
        return this.asset(
          type,
          'image/png',
          await this.media.encodeImage(wave([3, 50, 90]), { format: 'png' }, signal),
        );
      case 'audio': {
        const options = { sampleRate: 22_050, format: 'flac', provenance } as const;
        return this.asset(type, 'audio/flac', await this.media.encodeAudio(wave([2, 30_000]), options, signal));
      }
      case 'video': {
        const options = { fps: 12, format: 'webm', provenance } as const;
        return this.asset(type, 'video/webm', await this.media.encodeVideo(wave([3, 9, 40, 30]), options, signal));
      }
    }
  }

  /** A request whose live state stands; nothing is queued. */
  async prepare(overrides: Partial<GenerationRequest> = {}): Promise<GenerationRequest> {
    const request = sampleRequest(this.bundle, { owner: OWNER, ...overrides });
    await this.ports.live.create(request, 1);
    return request;
  }

  /** Accepts a request as the gateway does. */
  async accept(overrides: Partial<GenerationRequest> = {}): Promise<GenerationRequest> {
    const request = await this.prepare(overrides);
    await this.ports.queue.addEncodeFlow(request, 1, 5);
    return request;
  }

  /** The events of a generation until so many encode jobs are completed, or it has ended. */
  async encoded({ id }: GenerationRequest, jobs = 1): Promise<GenerationEvent[]> {
    const events: GenerationEvent[] = [];
    for await (const entry of this.ports.events.follow(id, { signal })) {
      if (!('event' in entry)) continue;
      events.push(entry.event);
      const done = events.filter((event) => event.type === 'stage' && event.state === 'completed');
      if (done.length === jobs) break;
    }
    return events;
  }

  /** The embeddings of a generation as whoever diffuses fetches them. */
  async embeddings({ id }: GenerationRequest): Promise<Record<string, Float32Array>> {
    const { embeddings } = (await this.ports.live.read(id))!;
    const fetched = Object.entries(embeddings).map(async ([role, reference]) => {
      const { data } = await this.exchange.fetch(id, reference, signal);
      return [role, data as Float32Array] as const;
    });
    return Object.fromEntries(await Promise.all(fetched));
  }

  async close(): Promise<void> {
    await this.#ingest?.stop();
    await this.#ingest?.close();
    this.exchange.close();
    await this.#mediaPool.close();
    await this.#adapter.close();
    await this.storage.close();
    await this.redis.close();
  }
}
