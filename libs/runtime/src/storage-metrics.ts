import type { Histogram, Metrics } from './metrics.ts';

/** What S3 is asked for, by the names of its API. */
const STORAGE_OPERATIONS = ['PutObject', 'GetObject', 'HeadObject', 'ListObjectsV2', 'DeleteObjects'] as const;
/** `absent`: there is no such object; `exists`: the condition of a put did not hold; `aborted`: by this process. */
const STORAGE_OUTCOMES = ['ok', 'absent', 'exists', 'aborted', 'failed'] as const;

/** One call of S3, its retries included. */
interface StorageCall {
  operation: string;
  outcome: (typeof STORAGE_OUTCOMES)[number];
  seconds: number;
}

/** The calls of S3. */
export class StorageMetrics {
  readonly seconds: Histogram<'operation' | 'outcome'>;

  constructor(metrics: Metrics) {
    this.seconds = metrics.histogram({
      name: 'storage_request_seconds',
      help: 'Seconds to the answer of S3, retries included; of a get to its first bytes',
      labels: { operation: STORAGE_OPERATIONS, outcome: STORAGE_OUTCOMES },
    });
  }

  called({ operation, outcome, seconds }: StorageCall): void {
    this.seconds.observe({ operation, outcome }, seconds);
  }
}
