import { z } from 'zod';
import { TRACE_SAMPLERS, type TracingOptions } from './start-tracing.ts';

/** What every process reads of traces: OpenTelemetry's own variables. */
export const tracingFields = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Base address of what collects traces by OTLP over HTTP; without it nothing is traced.'),
  OTEL_TRACES_SAMPLER: z
    .enum(TRACE_SAMPLERS)
    .default('parentbased_always_on')
    .describe('Which traces are kept; those of `parentbased_…` heed what the client decided for its own.'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('The share of traces that `…traceidratio` keeps.'),
  OTEL_SERVICE_NAME: z.string().min(1).optional().describe("Name in traces; the process's own by default."),
};

/** How a process of that name traces; undefined where it does not. */
export function tracingOptions(
  name: string,
  environment: z.infer<z.ZodObject<typeof tracingFields>>,
): TracingOptions | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: serviceName = name } = environment;
  if (endpoint === undefined) return undefined;
  const { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: share } = environment;
  return { endpoint, serviceName, sampler, share };
}
