import {
  objectKeys,
  queueName,
  loadBundle,
  type BundleRef,
  type EventLog,
  type GenerationRequest,
  type JobContext,
  type Modality,
  type PreviewEvent,
} from '@medley/domain';
import { LatentStore, LatentsServer, TensorExchange, type ExchangeEvent } from '@medley/latents';
import { QueueAdapter, type Processor, type QueuePorts } from '@medley/queue';
import { float32, standardNormal, tensorBytes, type Tensor } from '@medley/tensor';
import { AppProcess, ObjectStorage, RedisServer, sampleRequest, testDeployment } from '@medley/testing';

const { bundles, model, secret } = testDeployment;
const { signal } = new AbortController();

export const startWorker = (pipeline: Pipeline): Promise<AppProcess> =>
  AppProcess.start(new URL('./main.ts', import.meta.url), pipeline, { MEDLEY_RUNS: '2' });

/** All that a diffusion worker needs around it: Redis, S3, and someone who encodes. */
export class Pipeline {
  readonly redis: RedisServer;
  readonly storage: ObjectStorage;
  readonly ports: QueuePorts;
  readonly exchange: TensorExchange;
  readonly bundle: BundleRef;
  /** Where tensors came from. */
  readonly fetched: ExchangeEvent[] = [];
  /** What the encoder makes of a condition; a random direction by default. */
  encode: (context: JobContext) => Tensor<'float32'> = ({ payload }) =>
    standardNormal([1, 64], { seed: 7, modality: payload.role, sample: 0, stream: 9 });
  /** Whether embeddings vanish from memory and S3 as soon as they are made. */
  loses = false;
  /** What lies in references to embeddings, if anything does. */
  inline: ((embedding: Uint8Array) => Uint8Array) | undefined;
  readonly #adapter: QueueAdapter;
  readonly #server: LatentsServer;
  readonly #encoder: Processor;

  private constructor(
    redis: RedisServer,
    storage: ObjectStorage,
    adapter: QueueAdapter,
    server: LatentsServer,
    store: LatentStore,
    bundle: BundleRef,
  ) {
    this.redis = redis;
    this.storage = storage;
    this.bundle = bundle;
    this.ports = adapter.ports('prompt');
    this.#adapter = adapter;
    this.#server = server;
    this.exchange = new TensorExchange({
      store,
      objects: storage.store,
      address: server.address,
      deployment: 'medley',
      secret,
      observe: (event) => this.fetched.push(event),
    });
    this.#encoder = adapter.processor({
      stage: 'encode',
      queue: queueName('encode', bundle),
      concurrency: 4,
      handler: (context) => this.#encode(context),
      observer: { started() {}, ended() {}, stalled() {}, failed() {}, troubled() {} },
    });
  }

  static async start(): Promise<Pipeline> {
    const [redis, storage, bundle] = await Promise.all([
      RedisServer.start(),
      ObjectStorage.start(),
      loadBundle(`${bundles}/${model}`),
    ]);
    const adapter = new QueueAdapter({ url: redis.url, name: 'test', onError: () => undefined });
    await adapter.start();
    const store = new LatentStore({ budgetBytes: 2 ** 20, leaseSeconds: 60 });
    const options = { store, host: '127.0.0.1', port: 0, deployment: 'medley', secret };
    const server = await LatentsServer.listen(options);
    return new Pipeline(redis, storage, adapter, server, store, { name: bundle.name, digest: bundle.digest });
  }

  /** Accepts a request as the gateway does. */
  async accept(overrides: Partial<GenerationRequest> = {}): Promise<GenerationRequest> {
    const request = sampleRequest(this.bundle, { outputs: outputs('text', 'image', 'audio', 'video'), ...overrides });
    await this.ports.live.create(request, 1);
    await this.ports.queue.addEncodeFlow(request, 1, 5);
    return request;
  }

  /** The events of a generation until diffusion is completed, or it has ended. */
  async *watch({ id }: GenerationRequest): AsyncGenerator<Watched> {
    for await (const entry of this.ports.events.follow(id, { signal })) {
      const event = 'event' in entry ? entry.event : entry;
      yield event;
      if (event.type === 'stage' && event.stage === 'diffuse' && event.state === 'completed') return;
    }
  }

  async close(): Promise<void> {
    await this.#encoder.stop();
    await this.#encoder.drain(AbortSignal.abort());
    await this.#encoder.close();
    this.exchange.close();
    this.#server.close();
    await this.#adapter.close();
    await this.storage.close();
    await this.redis.close();
  }

  async #encode(context: JobContext): Promise<void> {
    const { generation, epoch, role } = context.payload;
    const embedding = this.encode(context);
    const reference = await this.exchange.publish(generation, embedding, context.signal);
    if (this.inline !== undefined)
      reference.inline = Buffer.from(this.inline(tensorBytes(embedding))).toString('base64');
    if (this.loses) {
      this.exchange.release(generation);
      await this.storage.store.delete([objectKeys.tensor(generation, reference.digest)]);
    }
    await this.ports.live.update(generation, epoch, { embeddings: { [role]: reference } });
  }
}

type Followed = ReturnType<EventLog['follow']> extends AsyncIterable<infer Entry> ? Entry : never;
type Watched = Extract<Followed, { event: unknown }>['event'] | PreviewEvent;

export function outputs(...types: Modality[]): GenerationRequest['outputs'] {
  return types.map((type) => ({ type, format: 'txt', guidance: 3 }));
}

/** Every condition of a request as numbers that no model takes. */
export const notFinite = () => float32([1, 64], new Float32Array(64).fill(NaN));
