/**
 * Facts of a span, by the names of OpenTelemetry's semantic conventions, or `medley.…`. Never what a client sent, a key, or more of
 * a URL than its host.
 */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  /** `internal` by default. */
  kind?: SpanKind;
  attributes?: SpanAttributes;
  /** What it stands under, a span of this process or a traceparent; by default that is the span that runs now. */
  parent?: Span | string | undefined;
  /** Whether it begins a trace where there is nothing to stand under; without it there is no span then. */
  root?: boolean;
  /** Other spans that it has to do with. */
  links?: readonly Span[];
  /** When it began, in milliseconds of `performance.now()`; now by default. */
  begin?: number;
}

/** A part of the way of a request. */
export interface Span {
  /** What names it to those that it calls (W3C Trace Context); undefined where there is no trace. */
  readonly traceparent: string | undefined;
  /** Whether it is kept: where telling it something costs more than a moment, ask first. */
  readonly recorded: boolean;
  set(attributes: SpanAttributes): void;
  event(name: string, attributes?: SpanAttributes): void;
  /** Marks it as failed, by the code of the error alone. */
  fail(error: unknown): void;
}

/** A span whose end its maker tells. */
export interface OpenSpan extends Span {
  /** `at` in milliseconds of `performance.now()`; now by default. */
  end(at?: number): void;
}

/** The port of distributed traces (https://opentelemetry.io/docs/specs/otel/trace/api/). */
export interface Tracing {
  /** The span that runs now. */
  current(): Span;
  begin(name: string, options?: SpanOptions): OpenSpan;
  /** Runs `work` so that a span which it begins, or what it awaits, stands under `span`. */
  within<Result>(span: Span, work: () => Result): Result;
}

/** Stands where there is no trace. */
export const NO_SPAN: OpenSpan = {
  traceparent: undefined,
  recorded: false,
  set: () => undefined,
  event: () => undefined,
  fail: () => undefined,
  end: () => undefined,
};

/** Traces nothing. */
export const NO_TRACING: Tracing = {
  current: () => NO_SPAN,
  begin: () => NO_SPAN,
  within: (_span, work) => work(),
};

/** Runs `work` in a span that ends with it, and fails with it. */
export async function inSpan<Result>(
  tracing: Tracing,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const span = tracing.begin(name, options);
  if (span === NO_SPAN) return work(span);
  try {
    return await tracing.within(span, () => work(span));
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}
