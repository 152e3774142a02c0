import { AsyncLocalStorage } from 'node:async_hooks';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const signals = new AsyncLocalStorage<AbortSignal>();

/**
 * Ends a request with the signal that its call runs under. The SDK takes a signal as an option of a call, and puts the
 * middleware of a command together anew for every call that has options; that is a quarter of what a small put costs.
 */
export class SignalledHandler extends NodeHttpHandler {
  override handle(...[request, options]: Parameters<NodeHttpHandler['handle']>): ReturnType<NodeHttpHandler['handle']> {
    const abortSignal = signals.getStore();
    return super.handle(request, abortSignal === undefined ? options : { ...options, abortSignal });
  }
}

/** Runs a call of the SDK under a signal. Rejects with the signal's reason at once, between two tries too. */
export async function underSignal<Answer>(
  signal: AbortSignal | undefined,
  call: () => Promise<Answer>,
): Promise<Answer> {
  if (signal === undefined) return call();
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([signals.run(signal, call), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
