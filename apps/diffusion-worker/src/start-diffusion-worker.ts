import { S3AssetStore } from '@medley/assets';
import { queueName, loadBundles, type GenerationResult } from '@medley/domain';
import { SessionPool } from '@medley/inference';
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
import { DiffuseProcessor } from './diffuse-processor.ts';
import { DiffusionMetrics } from './diffusion-metrics.ts';
import type { DiffusionEnvironment } from './env.ts';
import { RunCheckpoints } from './run-checkpoints.ts';
import { RunReporter } from './run-reporter.ts';
import { RunTraces } from './run-traces.ts';
import { serveBundle, type ServedBundle } from './served-bundle.ts';

/** The composition root. Rejects when a bundle, Redis, S3 or a required sandbox is missing. */
export async function startDiffusionWorker(environment: DiffusionEnvironment, runtime: Runtime): Promise<void> {
  const { logger, tracing } = runtime;
  const bundles = await loadBundles(environment.MEDLEY_BUNDLES, environment.MEDLEY_MODELS);
  const store = new LatentStore({
    budgetBytes: environment.MEDLEY_LATENT_BYTES,
    leaseSeconds: environment.MEDLEY_LATENT_SECONDS,
  });
  const metrics = new DiffusionMetrics(runtime.metrics, logger, () => store.heldBytes);
  const objects = new S3AssetStore({
    ...storageOptions(environment),
    observe: (call) => metrics.storage.called(call),
    tracing,
  });
  runtime.register('object store', { close: () => objects.close() });
  const redis = new QueueAdapter({ ...redisOptions('diffusion-worker', environment, logger), tracing });
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
    observe: (event) => metrics.exchanged(event),
  });
  const mediaPool = await MediaPool.start({
    children: 1,
    sandbox: environment.MEDLEY_SANDBOX,
  });
  runtime.register('media', { close: () => mediaPool.close() });
  const sessions = new SessionPool({
    threads: environment.MEDLEY_THREADS,
    provider: environment.MEDLEY_EXECUTION_PROVIDER,
  });
  runtime.register('sessions', { close: () => sessions.close() });
  const [stages, traces] = [new StageRuns(runtime), new RunTraces(tracing)];
  const served: ServedBundle[] = [];
  for (const bundle of bundles) {
    const costs = new CostRecorder(redis.costs(bundle), (error) => logger.debug({ err: error }, 'costs not told'));
    served.push(await serveBundle(bundle, sessions, metrics, costs, traces));
  }
  const note = () => `${served.reduce((sum, { engine }) => sum + engine.active, 0)} runs in hand`;
  registerWorkerHealth(runtime.health, { redis, objects, sessions, mediaPool, bundles, note });

  const { live, events, queue } = redis.ports('patient');
  const ports = {
    store: objects,
    live,
    events,
    queue,
    ended: (result: GenerationResult) => metrics.generations.endedWith(result),
  };
  const media = new Media(mediaPool);
  const checkpoints = new RunCheckpoints(ports, logger);
  for (const one of served) {
    const reporter = new RunReporter({ live, events, previewer: one.previewer, media, metrics, logger });
    const diffuse = new DiffuseProcessor({
      served: one,
      ports,
      exchange,
      reporter,
      checkpoints,
      stages,
      traces,
      logger,
    });
    const processor = redis.processor({
      stage: 'diffuse',
      queue: queueName('diffuse', one.bundle),
      concurrency: environment.MEDLEY_RUNS,
      handler: (context) => diffuse.run(context),
      observer: metrics.jobs,
      handBack: 'at-once',
    });
    await takeJobs(runtime, `diffuse ${one.bundle.name}`, processor);
  }
}
