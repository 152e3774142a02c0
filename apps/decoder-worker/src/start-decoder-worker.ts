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
import { AssembleProcessor } from './assemble-processor.ts';
import { DecodeProcessor } from './decode-processor.ts';
import { DecoderMetrics } from './decoder-metrics.ts';
import type { DecoderEnvironment } from './env.ts';
import { OutputRenderer } from './output-renderer.ts';
import { OutputStore } from './output-store.ts';
import { SampleMuxer } from './sample-muxer.ts';
import { serveBundle, type ServedBundle } from './served-bundle.ts';

/** The composition root. Rejects when a bundle, Redis, S3 or a required sandbox is missing. */
export async function startDecoderWorker(environment: DecoderEnvironment, runtime: Runtime): Promise<void> {
  const { logger, tracing } = runtime;
  const bundles = await loadBundles(environment.MEDLEY_BUNDLES, environment.MEDLEY_MODELS);
  // Latents are fetched here; nothing is held or served.
  const store = new LatentStore({ budgetBytes: 0, leaseSeconds: 1 });
  const metrics = new DecoderMetrics(runtime.metrics, logger, () => store.heldBytes);
  const objects = new S3AssetStore({
    ...storageOptions(environment),
    observe: (call) => metrics.storage.called(call),
    tracing,
  });
  runtime.register('object store', { close: () => objects.close() });
  const redis = new QueueAdapter({ ...redisOptions('decoder-worker', environment, logger), tracing });
  runtime.register('redis', { close: () => redis.close() });
  await redis.start();

  const exchange = await startExchange(runtime, {
    ...exchangeOptions(environment),
    store,
    objects,
    observe: (event) => metrics.exchanged(event),
  });
  const mediaPool = await MediaPool.start({
    children: environment.MEDLEY_MEDIA_CHILDREN,
    sandbox: environment.MEDLEY_SANDBOX,
  });
  runtime.register('media', { close: () => mediaPool.close() });
  logger.info({ sandbox: mediaPool.level }, 'media is encoded in a child process');
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
  const outputs = new OutputStore(objects);
  const muxer = new SampleMuxer(media, outputs);
  const assemble = new AssembleProcessor({ muxer, outputs, ports, exchange, metrics, stages, logger });
  for (const served of all) {
    const renderer = new OutputRenderer({ served, media, metrics, tracing });
    const decode = new DecodeProcessor({ renderer, outputs, assemble, ports, exchange, stages, logger });
    const handlers = { decode, assemble } as const;
    for (const stage of ['decode', 'assemble'] as const) {
      const processor = redis.processor({
        stage,
        queue: queueName(stage, served.bundle),
        concurrency: environment.MEDLEY_JOBS,
        handler: (context) => handlers[stage].run(context),
        observer: metrics.jobs,
      });
      await takeJobs(runtime, `${stage} ${served.bundle.name}`, processor);
    }
  }
}
