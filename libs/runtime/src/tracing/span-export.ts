import type * as Sdk from '@opentelemetry/sdk-trace';

/** Spans that wait to be sent. One more is dropped. */
export const WAITING_SPANS = 2_048;

/** What becomes of spans. */
export interface SpanExportObserver {
  sent(spans: number): void;
  /** `queue_full`: they came faster than they could be sent; `not_sent`: whoever collects them did not take them. */
  dropped(spans: number, reason: 'queue_full' | 'not_sent', error?: Error): void;
}

/**
 * Takes spans that have ended and sends them in batches; who makes spans never waits. `batches` makes the processor that
 * hands batches to the exporter that it is given.
 */
export class SpanExport implements Sdk.SpanProcessor {
  readonly #batches: Sdk.SpanProcessor;
  readonly #observer: SpanExportObserver;
  #waiting = 0;

  constructor(
    exporter: Sdk.SpanExporter,
    batches: (exporter: Sdk.SpanExporter) => Sdk.SpanProcessor,
    observer: SpanExportObserver,
  ) {
    this.#observer = observer;
    this.#batches = batches({
      export: (spans, done) => {
        this.#waiting -= spans.length;
        exporter.export(spans, (result) => {
          const taken = Number(result.code) === 0; // ExportResultCode.SUCCESS
          if (taken) observer.sent(spans.length);
          else observer.dropped(spans.length, 'not_sent', result.error);
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    });
  }

  onStart(): void {
    // A span is told of when it ends.
  }

  onEnd(span: Sdk.ReadableSpan): void {
    if ((span.spanContext().traceFlags & 1) === 0) return;
    if (this.#waiting >= WAITING_SPANS) return this.#observer.dropped(1, 'queue_full');
    this.#waiting += 1;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }
}
