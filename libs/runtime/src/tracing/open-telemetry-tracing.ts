import {
  GenerationError,
  NO_SPAN,
  formatTraceparent,
  parseTraceparent,
  type OpenSpan,
  type Span,
  type SpanAttributes,
  type SpanKind,
  type SpanOptions,
  type Tracing,
} from '@medley/domain';
import type * as OpenTelemetry from '@opentelemetry/api';
import { activeSpan, withSpan } from './active-span.ts';
import { SpanClock } from './span-clock.ts';

type Api = Pick<typeof OpenTelemetry, 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode' | 'TraceFlags' | 'trace'>;

/** A span of the SDK. */
class SdkSpan implements OpenSpan {
  readonly context: OpenTelemetry.SpanContext;
  readonly #span: OpenTelemetry.Span;
  readonly #api: Api;
  readonly #clock: SpanClock;

  constructor(span: OpenTelemetry.Span, api: Api, clock: SpanClock) {
    this.#span = span;
    this.#api = api;
    this.#clock = clock;
    this.context = span.spanContext();
  }

  get recorded(): boolean {
    return this.#span.isRecording();
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.context;
    return formatTraceparent({ traceId, spanId, sampled: (traceFlags & 1) === 1 });
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  event(name: string, attributes: SpanAttributes = {}): void {
    this.#span.addEvent(name, attributes, this.#clock.at(performance.now()));
  }

  fail(error: unknown): void {
    this.#span.setStatus({ code: this.#api.SpanStatusCode.ERROR }).setAttribute('error.type', errorType(error));
  }

  end(at = performance.now()): void {
    this.#span.end(this.#clock.at(at));
  }
}

/** Tracing by the SDK of OpenTelemetry. Nothing of it is global: a process may have several. */
export class OpenTelemetryTracing implements Tracing {
  readonly #api: Api;
  readonly #tracer: OpenTelemetry.Tracer;
  readonly #kinds: Record<SpanKind, OpenTelemetry.SpanKind>;
  readonly #clock = new SpanClock();

  constructor(api: Api, tracer: OpenTelemetry.Tracer) {
    this.#api = api;
    this.#tracer = tracer;
    const { INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER } = api.SpanKind;
    this.#kinds = { internal: INTERNAL, server: SERVER, client: CLIENT, producer: PRODUCER, consumer: CONSUMER };
  }

  current(): Span {
    return activeSpan();
  }

  within<Result>(span: Span, work: () => Result): Result {
    return withSpan(span, work);
  }

  begin(name: string, options: SpanOptions = {}): OpenSpan {
    const { kind = 'internal', attributes = {}, parent, root = false, links = [], begin = performance.now() } = options;
    const above = this.#contextOf(parent) ?? this.#contextOf(activeSpan());
    if (above === undefined && !root) return NO_SPAN;
    const { ROOT_CONTEXT, trace } = this.#api;
    const linked = links.flatMap((link) => this.#contextOf(link) ?? []).map((context) => ({ context }));
    const span = this.#tracer.startSpan(
      name,
      {
        kind: this.#kinds[kind],
        attributes,
        ...(linked.length === 0 ? {} : { links: linked }),
        startTime: this.#clock.at(begin),
      },
      above === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, above),
    );
    return new SdkSpan(span, this.#api, this.#clock);
  }

  #contextOf(span: Span | string | undefined): OpenTelemetry.SpanContext | undefined {
    if (span instanceof SdkSpan) return span.context;
    return this.#remote(typeof span === 'string' ? span : span?.traceparent);
  }

  #remote(traceparent: string | undefined): OpenTelemetry.SpanContext | undefined {
    const parsed = parseTraceparent(traceparent);
    if (parsed === undefined) return undefined;
    const { traceId, spanId, sampled } = parsed;
    const { NONE, SAMPLED } = this.#api.TraceFlags;
    return { traceId, spanId, traceFlags: sampled ? SAMPLED : NONE, isRemote: true };
  }
}

/** Its code, or the name of its class: what it says may hold what a client sent. */
function errorType(error: unknown): string {
  if (error instanceof GenerationError) return error.code;
  return error instanceof Error ? error.name : '_OTHER';
}
