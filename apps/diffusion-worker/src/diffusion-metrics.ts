import type { ExchangeEvent, LatentStore } from '@medley/latents';
import { BYTES_BUCKETS, type Counter, type Histogram, type Metrics } from '@medley/runtime';

const ROWS_BUCKETS = [1, 2, 4, 6, 8, 12, 16, 32];

/** What a diffusion worker counts. */
export class DiffusionMetrics {
  /** Seconds of one call of a step's graph. */
  readonly callSeconds: Histogram<'modality' | 'graph'>;
  /** Rows of one call: what batching is worth. */
  readonly batchRows: Histogram<'modality' | 'graph'>;
  /** Rows that graphs were called with. */
  readonly rows: Counter<'modality' | 'graph'>;
  /** Seconds of one joint step of a run, by its outputs; waiting for other runs included. */
  readonly stepSeconds: Histogram<'outputs'>;
  readonly sessionLoadSeconds: Histogram<'modality' | 'graph'>;
  /** Seconds of a tensor's fetch, by where it was found. */
  readonly fetchSeconds: Histogram<'source'>;
  /** Sizes of tensors that were fetched or published. */
  readonly tensorBytes: Histogram<'direction'>;
  /** Fetches from other workers that went to S3 instead. */
  readonly peerFailures: Counter;
  /** Bytes of latents that other workers fetched from here. */
  readonly servedBytes: Counter;
  /** Previews shown. */
  readonly previews: Counter<'modality'>;

  constructor(metrics: Metrics, store: LatentStore) {
    const labels = ['modality', 'graph'] as const;
    this.callSeconds = metrics.histogram({
      name: 'diffusion_call_seconds',
      help: 'Seconds of one call of a graph',
      labels,
    });
    this.batchRows = metrics.histogram(
      { name: 'diffusion_batch_rows', help: 'Rows of one call of a graph', labels },
      ROWS_BUCKETS,
    );
    this.rows = metrics.counter({ name: 'diffusion_rows_total', help: 'Rows that graphs were called with', labels });
    this.stepSeconds = metrics.histogram({
      name: 'diffusion_step_seconds',
      help: 'Seconds of one joint step of a run',
      labels: ['outputs'],
    });
    this.sessionLoadSeconds = metrics.histogram({
      name: 'session_load_seconds',
      help: 'Seconds of loading a graph',
      labels,
    });
    this.fetchSeconds = metrics.histogram({
      name: 'tensor_fetch_seconds',
      help: 'Seconds of the fetch of a tensor',
      labels: ['source'],
    });
    this.tensorBytes = metrics.histogram(
      { name: 'tensor_moved_bytes', help: 'Bytes of tensors fetched or published', labels: ['direction'] },
      BYTES_BUCKETS,
    );
    this.peerFailures = metrics.counter({
      name: 'tensor_peer_failures_total',
      help: 'Fetches from other workers that went to S3 instead',
    });
    this.servedBytes = metrics.counter({
      name: 'latent_served_bytes_total',
      help: 'Bytes of latents that other workers fetched from here',
    });
    this.previews = metrics.counter({ name: 'previews_total', help: 'Previews shown', labels: ['modality'] });
    metrics.gauge({ name: 'latent_held_bytes', help: 'Bytes of latents held in memory' }, (gauge) =>
      gauge.set(store.heldBytes),
    );
  }

  called({ modality, graph, rows, seconds }: { modality: string; graph: string; rows: number; seconds: number }): void {
    this.callSeconds.observe({ modality, graph }, seconds);
    this.batchRows.observe({ modality, graph }, rows);
    this.rows.inc({ modality, graph }, rows);
  }

  exchanged(event: ExchangeEvent): void {
    if (event.type === 'peer-failed') this.peerFailures.inc();
    else this.tensorBytes.observe({ direction: event.type }, event.bytes);
    if (event.type === 'fetched') this.fetchSeconds.observe({ source: event.source }, event.seconds);
  }
}
