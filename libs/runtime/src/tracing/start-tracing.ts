import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Tracing } from '@medley/domain';
import type * as Sdk from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger.ts';
import { OpenTelemetryTracing } from './open-telemetry-tracing.ts';
import { SpanExport, WAITING_SPANS } from './span-export.ts';
import type { TraceMetrics } from './trace-metrics.ts';

/** By their names in OpenTelemetry's specification of environment variables. */
export const TRACE_SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
type TraceSampler = (typeof TRACE_SAMPLERS)[number];

export interface TracingOptions {
  /** Base address of OTLP over HTTP, without `/v1/traces`. */
  endpoint: string;
  serviceName: string;
  sampler: TraceSampler;
  /** Of the traces that `…traceidratio` keeps, in 0…1. */
  share: number;
}

export interface StartedTracing {
  tracing: Tracing;
  /** Sends what waits, for a moment at most. */
  close: () => Promise<void>;
}

/** Spans are sent so long after they ended, in one request for all of that time. */
const SEND_MILLISECONDS = 5_000;
/** For a request, its retries included. */
const REQUEST_MILLISECONDS = 10_000;
/** A collector that does not answer must not keep a process from ending. */
const CLOSE_MILLISECONDS = 2_000;

/** Loads the SDK of OpenTelemetry. A collector that is away costs spans, which are counted, and nothing else. */
export async function startTracing(
  options: TracingOptions,
  { logger, metrics }: { logger: Logger; metrics: TraceMetrics },
): Promise<StartedTracing> {
  // The bundler leaves these where they are: a process without traces never loads them.
  const [api, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
  ]);
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: REQUEST_MILLISECONDS,
  });
  let away = false;
  const spans = new SpanExport(
    exporter,
    (counted) =>
      new sdk.BatchSpanProcessor({
        exporter: counted,
        maxQueueSize: WAITING_SPANS,
        scheduledDelayMillis: SEND_MILLISECONDS,
      }),
    {
      sent: (count) => {
        metrics.sent.inc(count);
        if (away) logger.info('the collector of traces takes spans again');
        away = false;
      },
      dropped: (count, reason, error) => {
        metrics.dropped.inc({ reason }, count);
        if (!away && reason === 'not_sent') logger.warn({ err: error }, 'the collector of traces takes no spans');
        away ||= reason === 'not_sent';
      },
    },
  );
  const provider = new sdk.TracerProvider({
    sampler: samplerOf(sdk, options),
    spanProcessors: [spans],
    resource: resourceFromAttributes({
      'service.name': options.serviceName,
      'service.namespace': 'medley',
      'service.instance.id': randomUUID(),
      'host.name': hostname(),
      'process.pid': process.pid,
    }),
  });
  logger.info({ collector: options.endpoint, sampler: options.sampler, share: options.share }, 'traces are sent');
  return {
    tracing: new OpenTelemetryTracing(api, provider.getTracer('medley')),
    close: async () => {
      const sent = provider.shutdown().catch(() => undefined); // What was not sent is counted.
      await Promise.race([sent, delay(CLOSE_MILLISECONDS, undefined, { ref: false })]);
    },
  };
}

function samplerOf(sdk: typeof Sdk, { sampler, share }: TracingOptions): Sdk.Sampler {
  const kind = sampler.replace('parentbased_', '');
  const root =
    kind === 'always_on'
      ? new sdk.AlwaysOnSampler()
      : kind === 'always_off'
        ? new sdk.AlwaysOffSampler()
        : new sdk.TraceIdRatioBasedSampler(share);
  return sampler === kind ? root : new sdk.ParentBasedSampler({ root });
}
