import type { FastifyInstance, FastifyRequest } from 'fastify';
import { NO_SPAN, parseTraceparent, type OpenSpan, type Tracing } from '@medley/domain';
import { withLogContext } from '@medley/runtime';

/**
 * Every request is a span, under the client's where it sends a `traceparent`, and its log lines name both. The header
 * `x-trace-id` of the answer says where it is found.
 */
export function traceRequests(fastify: FastifyInstance, tracing: Tracing): void {
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  const enter = (request: FastifyRequest, next: () => void) =>
    withLogContext({ request: request.id }, () => tracing.within(spans.get(request) ?? NO_SPAN, next));
  fastify.addHook('onRequest', (request, reply, done) => {
    const span = begin(tracing, request);
    spans.set(request, span);
    const traceId = parseTraceparent(span.traceparent)?.traceId;
    if (traceId !== undefined) void reply.header('x-trace-id', traceId);
    reply.raw.once('close', () => end(span, reply.raw.statusCode));
    enter(request, done);
  });
  // The parts of a body come from outside of the call chain.
  fastify.addHook('preValidation', (request, _reply, done) => enter(request, done));
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/; its path is left out, for links of shares are secrets. */
function begin(
  tracing: Tracing,
  { method, protocol, headers, routeOptions: { url: route } }: FastifyRequest,
): OpenSpan {
  const { traceparent } = headers;
  return tracing.begin(route === undefined ? method : `${method} ${route}`, {
    kind: 'server',
    root: true,
    parent: typeof traceparent === 'string' ? traceparent : undefined,
    attributes: { 'http.request.method': method, 'http.route': route, 'url.scheme': protocol },
  });
}

function end(span: OpenSpan, status: number): void {
  if (status >= 500) span.fail(undefined);
  span.set({ 'http.response.status_code': status, ...(status >= 500 ? { 'error.type': String(status) } : {}) });
  span.end();
}
