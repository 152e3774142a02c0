import { GRAPH_ROLES, MODALITIES, type Stage } from '@medley/domain';
import { GenerationMetrics } from './generation-metrics.ts';
import { JobMetrics } from './job-metrics.ts';
import type { Logger } from './logger.ts';
import { BYTES_BUCKETS, type Counter, type Histogram, type Metrics } from './metrics.ts';
import { StorageMetrics } from './storage-metrics.ts';

/** Where a tensor was found: here, at the worker that made it, or in S3. */
const TENSOR_SOURCES = ['store', 'peer', 'object'] as const;
const DIRECTIONS = ['published', 'fetched'] as const;

/** What a worker's exchange of tensors tells. */
type TensorEvent =
  | { type: 'published'; bytes: number; seconds: number }
  | { type: 'fetched'; source: (typeof TENSOR_SOURCES)[number]; bytes: number; seconds: number }
  | { type: 'peer-failed' };

/** What every worker counts: its jobs, the ends that it commits, its calls of S3, its graphs, and the tensors that it hands on. */
export class WorkerMetrics {
  readonly jobs: JobMetrics;
  readonly generations: GenerationMetrics;
  readonly storage: StorageMetrics;
  readonly #loadSeconds: Histogram<'modality' | 'graph'>;
  readonly #publishSeconds: Histogram;
  readonly #fetchSeconds: Histogram<'source'>;
  readonly #movedBytes: Histogram<'direction'>;
  readonly #peerFailures: Counter;
  readonly #servedBytes: Counter;

  /** `stages`: whose jobs it takes. `heldBytes`: those of the tensors that are kept for other workers. */
  constructor(metrics: Metrics, logger: Logger, stages: readonly Stage[], heldBytes: () => number) {
    this.jobs = new JobMetrics(metrics, logger, stages);
    this.generations = new GenerationMetrics(metrics);
    this.storage = new StorageMetrics(metrics);
    this.#loadSeconds = metrics.histogram({
      name: 'session_load_seconds',
      help: 'Seconds of loading a graph on a thread',
      labels: { modality: MODALITIES, graph: GRAPH_ROLES },
    });
    this.#publishSeconds = metrics.histogram({
      name: 'tensor_publish_seconds',
      help: 'Seconds until S3 has a tensor',
    });
    this.#fetchSeconds = metrics.histogram({
      name: 'tensor_fetch_seconds',
      help: 'Seconds of the fetch of a tensor: from this process, from the worker that made it, or from S3',
      labels: { source: TENSOR_SOURCES },
    });
    this.#movedBytes = metrics.histogram(
      { name: 'tensor_moved_bytes', help: 'Bytes of tensors published or fetched', labels: { direction: DIRECTIONS } },
      BYTES_BUCKETS,
    );
    this.#peerFailures = metrics.counter({
      name: 'tensor_peer_failures_total',
      help: 'Fetches from other workers that went to S3 instead',
    });
    this.#servedBytes = metrics.counter({
      name: 'latent_served_bytes_total',
      help: 'Bytes of tensors that other workers fetched from here',
    });
    metrics.gauge({ name: 'latent_held_bytes', help: 'Bytes of tensors held in memory for other workers' }, (gauge) =>
      gauge.set(heldBytes()),
    );
  }

  loaded({ modality, role, seconds }: { modality: string; role: string; seconds: number }): void {
    this.#loadSeconds.observe({ modality, graph: role }, seconds);
  }

  exchanged(event: TensorEvent): void {
    if (event.type === 'peer-failed') {
      this.#peerFailures.inc();
      return;
    }
    this.#movedBytes.observe({ direction: event.type }, event.bytes);
    if (event.type === 'fetched') this.#fetchSeconds.observe({ source: event.source }, event.seconds);
    else this.#publishSeconds.observe(event.seconds);
  }

  served({ bytes }: { bytes: number }): void {
    this.#servedBytes.inc(bytes);
  }
}
