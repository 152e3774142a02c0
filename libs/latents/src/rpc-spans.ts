import { inSpan, type Span, type SpanAttributes, type Tracing } from '@medley/domain';
import { ClientError, Status } from 'nice-grpc-common';

/** Answers after which the span of a server has failed; all others than OK are the caller's matter. */
const SERVER_FAULTS: ReadonlySet<Status> = new Set([
  Status.UNKNOWN,
  Status.DEADLINE_EXCEEDED,
  Status.UNIMPLEMENTED,
  Status.INTERNAL,
  Status.UNAVAILABLE,
  Status.DATA_LOSS,
]);

/** Calls a peer in a span (https://opentelemetry.io/docs/specs/semconv/rpc/grpc/). `call` is told what names it. */
export function inClientSpan<Answer>(
  tracing: Tracing,
  { path, address }: { path: string; address: string },
  call: (traceparent: string | undefined) => Promise<Answer>,
): Promise<Answer> {
  const at = address.lastIndexOf(':');
  const server = { 'server.address': address.slice(0, at), 'server.port': Number(address.slice(at + 1)) };
  const attributes = { ...rpcAttributes(path), ...server };
  return inSpan(tracing, path.slice(1), { kind: 'client', attributes }, async (span) => {
    try {
      const answer = await call(span.traceparent);
      span.set({ 'rpc.grpc.status_code': Status.OK });
      return answer;
    } catch (error) {
      if (error instanceof ClientError) span.set({ 'rpc.grpc.status_code': error.code });
      throw error;
    }
  });
}

/** Answers a call in a span under the caller's; without one there is none. `answer` resolves with the status that it ended with. */
export async function inServerSpan(
  tracing: Tracing,
  { path, traceparent }: { path: string; traceparent: string | undefined },
  answer: () => Promise<Status>,
): Promise<void> {
  const attributes = rpcAttributes(path);
  const span = tracing.begin(path.slice(1), { kind: 'server', parent: traceparent, attributes });
  const code = await tracing.within(span, answer);
  endWith(span, code);
  span.end();
}

function endWith(span: Span, code: Status): void {
  span.set({ 'rpc.grpc.status_code': code });
  if (SERVER_FAULTS.has(code)) span.fail(new ClientError('', code, ''));
}

function rpcAttributes(path: string): SpanAttributes {
  const [, service, method] = path.split('/');
  return { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method };
}
