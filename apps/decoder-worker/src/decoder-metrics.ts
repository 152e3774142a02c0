import { FORMATS, MODALITIES } from '@medley/domain';
import { BYTES_BUCKETS, WorkerMetrics, type Counter, type Histogram, type Logger, type Metrics } from '@medley/runtime';

const FILE_FORMATS = [...new Set<string>(Object.values(FORMATS).flat())];

/** What a decoder worker counts. */
export class DecoderMetrics extends WorkerMetrics {
  /** Seconds of a decoder graph, or of the writing of a text; waiting for a thread included. */
  readonly decodeSeconds: Histogram<'modality'>;
  /** Seconds of the encoding of a file. */
  readonly mediaSeconds: Histogram<'format'>;
  /** Sizes of the files made. */
  readonly fileBytes: Histogram<'format'>;
  /** Clips that could not be muxed with their sound. */
  readonly muxFailures: Counter;

  constructor(metrics: Metrics, logger: Logger, heldBytes: () => number) {
    super(metrics, logger, ['decode', 'assemble'], heldBytes);
    this.decodeSeconds = metrics.histogram({
      name: 'decode_seconds',
      help: 'Seconds from a latent to its medium, waiting for a thread included',
      labels: { modality: MODALITIES },
    });
    this.mediaSeconds = metrics.histogram({
      name: 'media_encode_seconds',
      help: 'Seconds of the encoding of a file',
      labels: { format: FILE_FORMATS },
    });
    this.fileBytes = metrics.histogram(
      { name: 'output_file_bytes', help: 'Sizes of the files made', labels: { format: [...FILE_FORMATS, 'muxed'] } },
      BYTES_BUCKETS,
    );
    this.muxFailures = metrics.counter({
      name: 'mux_failures_total',
      help: 'Clips that could not be muxed with their sound',
    });
  }
}
