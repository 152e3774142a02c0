import { NO_SPAN, parseTraceparent, type OpenSpan, type SpanOptions, type Tracing } from '@medley/domain';
import { activeSpan, withSpan } from './active-span.ts';

/** Records nothing, and passes on what a client sent: log lines and webhooks name its trace. */
export const passingTracing: Tracing = {
  current: activeSpan,
  within: withSpan,
  begin: (_name, { parent }: SpanOptions = {}): OpenSpan => {
    const traceparent = typeof parent === 'string' ? parent : parent?.traceparent;
    return parseTraceparent(traceparent) === undefined ? NO_SPAN : { ...NO_SPAN, traceparent };
  },
};
