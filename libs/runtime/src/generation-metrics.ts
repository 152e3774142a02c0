import { ERROR_CODES, type ErrorCode, type GenerationResult } from '@medley/domain';
import type { Counter, Histogram, Metrics } from './metrics.ts';

/** How a generation ended. `refused`: it failed by what its client sent; `failed`: by a fault of the service. */
const GENERATION_OUTCOMES = ['succeeded', 'refused', 'failed', 'canceled'] as const;
type GenerationOutcome = (typeof GENERATION_OUTCOMES)[number];

/** Codes below 500 that no client can help. */
const OWN_FAULTS: ReadonlySet<string> = new Set<ErrorCode>(['deadline_exceeded', 'numeric_failure']);

/** The ends of generations. Whoever wins a commit counts it, so each is counted once in all processes together. */
export class GenerationMetrics {
  readonly ended: Counter<'outcome'>;
  /** Seconds from the acceptance to the commit. */
  readonly seconds: Histogram<'outcome'>;

  constructor(metrics: Metrics) {
    const labels = { outcome: GENERATION_OUTCOMES };
    this.ended = metrics.counter({
      name: 'generations_ended_total',
      help: 'Generations whose end this process committed; refused: failed by what the client sent',
      labels,
    });
    this.seconds = metrics.histogram({
      name: 'generation_seconds',
      help: 'Seconds from the acceptance of a generation to its end, which this process committed',
      labels,
    });
  }

  endedWith(result: GenerationResult): void {
    const outcome = outcomeOf(result);
    this.ended.inc({ outcome });
    const milliseconds = Date.parse(result.committed_at) - Date.parse(result.request.created_at);
    this.seconds.observe({ outcome }, Math.max(milliseconds, 0) / 1000);
  }
}

function outcomeOf({ status, error }: Pick<GenerationResult, 'status' | 'error'>): GenerationOutcome {
  if (status !== 'failed') return status === 'succeeded' ? 'succeeded' : 'canceled';
  const code = error?.code ?? 'internal';
  if (OWN_FAULTS.has(code) || !(code in ERROR_CODES)) return 'failed';
  return ERROR_CODES[code as ErrorCode].status < 500 ? 'refused' : 'failed';
}
