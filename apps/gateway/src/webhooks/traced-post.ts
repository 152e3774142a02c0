import { inSpan, type Tracing } from '@medley/domain';
import type { PostWebhook } from './webhook-sender.ts';

/** Sends in a span (https://opentelemetry.io/docs/specs/semconv/http/http-spans/), and passes the trace on. Of a URL only the host is told. */
export function tracedPost(tracing: Tracing, post: PostWebhook): PostWebhook {
  return (url, message, signal) => {
    const { hostname, port, protocol } = new URL(url);
    const attributes = {
      'http.request.method': 'POST',
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    };
    return inSpan(tracing, 'POST', { kind: 'client', attributes }, async (span) => {
      const { traceparent } = tracing.current();
      const headers = traceparent === undefined ? message.headers : { ...message.headers, traceparent };
      const outcome = await post(url, { ...message, headers }, signal);
      const status = outcome.type === 'answered' ? outcome.status : undefined;
      span.set({ 'http.response.status_code': status });
      if (status !== undefined && status < 400) return outcome;
      span.fail(undefined);
      span.set({ 'error.type': status === undefined ? outcome.type : String(status) });
      return outcome;
    });
  };
}
