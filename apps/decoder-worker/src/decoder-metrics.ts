import type { ExchangeEvent } from '@medley/latents';
import { BYTES_BUCKETS, type Counter, type Histogram, type Metrics } from '@medley/runtime';

/** What a decoder worker counts. */
export class DecoderMetrics {
  /** Seconds of a decoder graph, or of the writing of a text; waiting for a thread included. */
  readonly decodeSeconds: Histogram<'modality'>;
  /** Seconds of the encoding of a file. */
  readonly mediaSeconds: Histogram<'format'>;
  /** Sizes of the files made. */
  readonly fileBytes: Histogram<'format'>;
  /** Clips that could not be muxed with their sound. */
  readonly muxFailures: Counter;
  readonly sessionLoadSeconds: Histogram<'modality' | 'graph'>;
  readonly #fetchSeconds: Histogram<'source'>;
  readonly #fetchedBytes: Histogram<'source'>;
  readonly #peerFailures: Counter;

  constructor(metrics: Metrics) {
    this.decodeSeconds = metrics.histogram({
      name: 'decode_seconds',
      help: 'Seconds from a latent to its medium',
      labels: ['modality'],
    });
    this.mediaSeconds = metrics.histogram({
      name: 'media_encode_seconds',
      help: 'Seconds of the encoding of a file',
      labels: ['format'],
    });
    this.fileBytes = metrics.histogram(
      { name: 'output_file_bytes', help: 'Sizes of the files made', labels: ['format'] },
      BYTES_BUCKETS,
    );
    this.muxFailures = metrics.counter({
      name: 'mux_failures_total',
      help: 'Clips that could not be muxed with their sound',
    });
    this.sessionLoadSeconds = metrics.histogram({
      name: 'session_load_seconds',
      help: 'Seconds of loading a graph',
      labels: ['modality', 'graph'],
    });
    const labels = ['source'] as const;
    this.#fetchSeconds = metrics.histogram({
      name: 'tensor_fetch_seconds',
      help: 'Seconds of the fetch of a tensor',
      labels,
    });
    this.#fetchedBytes = metrics.histogram(
      { name: 'tensor_fetched_bytes', help: 'Bytes of tensors fetched', labels },
      BYTES_BUCKETS,
    );
    this.#peerFailures = metrics.counter({
      name: 'tensor_peer_failures_total',
      help: 'Fetches from other workers that went to S3 instead',
    });
  }

  exchanged(event: ExchangeEvent): void {
    if (event.type === 'peer-failed') this.#peerFailures.inc();
    if (event.type !== 'fetched') return;
    this.#fetchSeconds.observe({ source: event.source }, event.seconds);
    this.#fetchedBytes.observe({ source: event.source }, event.bytes);
  }
}
