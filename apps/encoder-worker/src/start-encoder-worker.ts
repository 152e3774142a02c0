import { S3AssetStore } from '@medley/assets';
import { queueName, loadBundles, type GenerationResult } from '@medley/domain';
import { SessionPool, type GraphObserver } from '@medley/inference';
import { LatentStore, startExchange } from '@medley/latents';
import { Media, MediaPool } from '@medley/media';
import { CostRecorder, QueueAdapter } from '@medley/queue';
import {
  StageRuns,
  exchangeOptions,
  redisOptions,
  registerWorkerHealth,
  storageOptions,
  takeJobs,
  type Runtime,
} from '@medley/runtime';
import { ConditionEncoder } from './condition-encoder.ts';
import { EmbeddingCache } from './embedding-cache.ts';
import { EncodeProcessor } from './encode-processor.ts';
import { EncoderMetrics } from './encoder-metrics.ts';
import type { EncoderEnvironment } from './env.ts';
import { serveBundle, type ServedBundle } from './served-bundle.ts';

/** The composition root. Rejects when a bundle, Redis, S3 or a required sandbox is missing. */
export async function startEncoderWorker(environment: EncoderEnvironment, runtime: Runtime): Promise<void> {
  const { logger, tracing } = runtime;
  const bundles = await loadBundles(environment.MEDLEY_BUNDLES, environment.MEDLEY_MODELS);
  const store = new LatentStore({
    budgetBytes: environment.MEDLEY_LATENT_BYTES,
    leaseSeconds: environment.MEDLEY_LATENT_SECONDS,
  });
  const metrics = new EncoderMetrics(runtime.metrics, logger, () => store.heldBytes);
  const objects = new S3AssetStore({
    ...storageOptions(environment),
    observe: (call) => metrics.storage.called(call),
    tracing,
  });
  runtime.register('object store', { close: () => objects.close() });
  const redis = new QueueAdapter({ ...redisOptions('encoder-worker', environment, logger), tracing });
  runtime.register('redis', { close: () => redis.close() });
  await redis.start();

  const exchange = await startExchange(runtime, {
    ...exchangeOptions(environment),
    store,
    objects,
    serve: {
      host: environment.GRPC_HOST,
      port: environment.GRPC_PORT,
      observe: (sent) => metrics.served(sent),
    },
    inlineBytes: environment.MEDLEY_INLINE_BYTES,
    observe: (event) => metrics.exchanged(event),
  });
  const mediaPool = await MediaPool.start({
    children: environment.MEDLEY_MEDIA_CHILDREN,
    sandbox: environment.MEDLEY_SANDBOX,
  });
  runtime.register('media', { close: () => mediaPool.close() });
  logger.info({ sandbox: mediaPool.level }, 'media is decoded in a child process');
  const sessions = new SessionPool({ threads: environment.MEDLEY_THREADS });
  runtime.register('sessions', { close: () => sessions.close() });
  const all: ServedBundle[] = [];
  for (const bundle of bundles) {
    const costs = new CostRecorder(redis.costs(bundle), (error) => logger.debug({ err: error }, 'costs not told'));
    const observer: GraphObserver = {
      loaded: (graph) => metrics.loaded(graph),
      ran: ({ modality, role, seconds }) => costs.add(`${modality} ${role}`, seconds * 1000),
    };
    all.push(await serveBundle(bundle, sessions, observer));
  }
  registerWorkerHealth(runtime.health, { redis, objects, sessions, mediaPool, bundles });

  const { live, events, queue } = redis.ports('patient');
  const ports = {
    store: objects,
    live,
    events,
    queue,
    ended: (result: GenerationResult) => metrics.generations.endedWith(result),
  };
  const media = new Media(mediaPool, tracing);
  const stages = new StageRuns(runtime);
  const cache = new EmbeddingCache(objects, environment.MEDLEY_EMBEDDING_BYTES);
  const troubled = (error: unknown) => logger.warn({ err: error }, 'trouble with the cache of embeddings');
  for (const served of all) {
    const encoder = new ConditionEncoder({ served, media, objects, cache, metrics, tracing, troubled });
    const encode = new EncodeProcessor({ encoder, ports, exchange, stages, logger });
    const processor = redis.processor({
      stage: 'encode',
      queue: queueName('encode', served.bundle),
      concurrency: environment.MEDLEY_JOBS,
      handler: (context) => encode.run(context),
      observer: metrics.jobs,
    });
    await takeJobs(runtime, `encode ${served.bundle.name}`, processor);
  }
}
