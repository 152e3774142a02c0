import type { ExchangeEvent, LatentStore } from '@medley/latents';
import { BYTES_BUCKETS, type Counter, type Histogram, type Metrics } from '@medley/runtime';

/** Where an embedding came from: computed, or an earlier one of this process or of S3. */
type EmbeddingSource = 'computed' | 'memory' | 'object';

/** What an encoder worker counts. */
export class EncoderMetrics {
  /** Seconds of the decoding of a condition's file. */
  readonly mediaSeconds: Histogram<'modality'>;
  /** Seconds of a prompt encoder, waiting for a thread included. */
  readonly encodeSeconds: Histogram<'modality'>;
  /** Embeddings handed over, by where they came from. */
  readonly embeddings: Counter<'modality' | 'source'>;
  /** Conditions whose file could not be used, by code. */
  readonly refused: Counter<'modality' | 'code'>;
  readonly sessionLoadSeconds: Histogram<'modality' | 'graph'>;
  readonly #publishSeconds: Histogram;
  readonly #publishedBytes: Histogram;
  /** Bytes of embeddings that other workers fetched from here. */
  readonly servedBytes: Counter;

  constructor(metrics: Metrics, store: LatentStore) {
    const labels = ['modality'] as const;
    this.mediaSeconds = metrics.histogram({
      name: 'media_decode_seconds',
      help: 'Seconds of the decoding of a file',
      labels,
    });
    this.encodeSeconds = metrics.histogram({ name: 'encode_seconds', help: 'Seconds of a prompt encoder', labels });
    this.embeddings = metrics.counter({
      name: 'embeddings_total',
      help: 'Embeddings handed over, by where they came from',
      labels: ['modality', 'source'],
    });
    this.refused = metrics.counter({
      name: 'conditions_refused_total',
      help: 'Conditions whose file could not be used',
      labels: ['modality', 'code'],
    });
    this.sessionLoadSeconds = metrics.histogram({
      name: 'session_load_seconds',
      help: 'Seconds of loading a graph',
      labels: ['modality', 'graph'],
    });
    this.#publishSeconds = metrics.histogram({
      name: 'tensor_publish_seconds',
      help: 'Seconds until S3 has a tensor',
    });
    this.#publishedBytes = metrics.histogram(
      { name: 'tensor_published_bytes', help: 'Bytes of tensors published' },
      BYTES_BUCKETS,
    );
    this.servedBytes = metrics.counter({
      name: 'latent_served_bytes_total',
      help: 'Bytes of tensors that other workers fetched from here',
    });
    metrics.gauge({ name: 'latent_held_bytes', help: 'Bytes of tensors held in memory' }, (gauge) =>
      gauge.set(store.heldBytes),
    );
  }

  found(modality: string, source: EmbeddingSource): void {
    this.embeddings.inc({ modality, source });
  }

  exchanged(event: ExchangeEvent): void {
    if (event.type !== 'published') return;
    this.#publishSeconds.observe(event.seconds);
    this.#publishedBytes.observe(event.bytes);
  }
}
