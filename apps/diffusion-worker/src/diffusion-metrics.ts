import { MODALITIES } from '@medley/domain';
import { WorkerMetrics, type Counter, type Histogram, type Logger, type Metrics } from '@medley/runtime';

const ROWS_BUCKETS = [1, 2, 4, 6, 8, 12, 16, 32];
const STEP_GRAPHS = ['denoiser', 'environment_encoder'] as const;
/** Outputs of a run: each modality once at most. */
const OUTPUT_COUNTS = MODALITIES.map((_, index) => String(index + 1));

/** What a diffusion worker counts. */
export class DiffusionMetrics extends WorkerMetrics {
  /** Seconds of one call of a step's graph. */
  readonly callSeconds: Histogram<'modality' | 'graph'>;
  /** Rows of one call: what batching is worth. */
  readonly batchRows: Histogram<'modality' | 'graph'>;
  /** Rows that graphs were called with. */
  readonly rows: Counter<'modality' | 'graph'>;
  /** Seconds of one joint step of a run, by its outputs; waiting for other runs included. */
  readonly stepSeconds: Histogram<'outputs'>;
  /** Previews shown. */
  readonly previews: Counter<'modality'>;

  constructor(metrics: Metrics, logger: Logger, heldBytes: () => number) {
    super(metrics, logger, ['diffuse'], heldBytes);
    const labels = { modality: MODALITIES, graph: STEP_GRAPHS };
    this.callSeconds = metrics.histogram({
      name: 'diffusion_call_seconds',
      help: 'Seconds of one call of a graph for a batch of rows',
      labels,
    });
    this.batchRows = metrics.histogram(
      { name: 'diffusion_batch_rows', help: 'Rows of one call of a graph', labels },
      ROWS_BUCKETS,
    );
    this.rows = metrics.counter({ name: 'diffusion_rows_total', help: 'Rows that graphs were called with', labels });
    this.stepSeconds = metrics.histogram({
      name: 'diffusion_step_seconds',
      help: 'Seconds of one joint step of a run, by the number of its outputs; waiting for other runs included',
      labels: { outputs: OUTPUT_COUNTS },
    });
    this.previews = metrics.counter({
      name: 'previews_total',
      help: 'Previews shown',
      labels: { modality: MODALITIES },
    });
  }

  called({ modality, graph, rows, seconds }: { modality: string; graph: string; rows: number; seconds: number }): void {
    this.callSeconds.observe({ modality, graph }, seconds);
    this.batchRows.observe({ modality, graph }, rows);
    this.rows.inc({ modality, graph }, rows);
  }
}
