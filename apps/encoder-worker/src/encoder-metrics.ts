import { ERROR_CODES, MODALITIES } from '@medley/domain';
import { WorkerMetrics, type Counter, type Histogram, type Logger, type Metrics } from '@medley/runtime';

/** Where an embedding came from: computed, or an earlier one of this process or of S3. */
const EMBEDDING_SOURCES = ['computed', 'memory', 'object'] as const;
type EmbeddingSource = (typeof EMBEDDING_SOURCES)[number];

/** What an encoder worker counts. */
export class EncoderMetrics extends WorkerMetrics {
  /** Seconds of the decoding of a condition's file. */
  readonly mediaSeconds: Histogram<'modality'>;
  /** Seconds of a prompt encoder, waiting for a thread included. */
  readonly encodeSeconds: Histogram<'modality'>;
  /** Embeddings handed over, by where they came from. */
  readonly embeddings: Counter<'modality' | 'source'>;
  /** Conditions whose file could not be used, by code. */
  readonly refused: Counter<'modality' | 'code'>;

  constructor(metrics: Metrics, logger: Logger, heldBytes: () => number) {
    super(metrics, logger, ['encode'], heldBytes);
    const labels = { modality: MODALITIES };
    this.mediaSeconds = metrics.histogram({
      name: 'media_decode_seconds',
      help: 'Seconds of the decoding of a file',
      labels,
    });
    this.encodeSeconds = metrics.histogram({
      name: 'encode_seconds',
      help: 'Seconds of a prompt encoder, waiting for a thread included',
      labels,
    });
    this.embeddings = metrics.counter({
      name: 'embeddings_total',
      help: 'Embeddings handed over: computed, or taken from the cache in memory or in S3',
      labels: { ...labels, source: EMBEDDING_SOURCES },
    });
    this.refused = metrics.counter({
      name: 'conditions_refused_total',
      help: 'Conditions whose file could not be used',
      labels: { ...labels, code: Object.keys(ERROR_CODES).filter((code) => code.startsWith('media_')) },
    });
  }

  found(modality: string, source: EmbeddingSource): void {
    this.embeddings.inc({ modality, source });
  }
}
