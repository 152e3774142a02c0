import type { FastifyReply } from 'fastify';
import { GenerationError } from '@medley/domain';
import { signalOf } from '../http/request-signal.ts';
import type { WatchedCaller } from '../keys/gate.ts';
import { EventStream } from './event-stream.ts';

/** Seconds after which a client comes back that was sent away by a restart or by a Redis that does not answer. */
const RETRY_SECONDS = 1;

/** The event streams that are open in this process: counted, and ended when it shuts down. */
export class EventClients {
  readonly #open = new Set<AbortController>();

  get size(): number {
    return this.#open.size;
  }

  /**
   * Answers with an event stream, which `tell` fills, and ends it: early, and with a word when to come back, where the process
   * shuts down, `watched` no longer holds, or what can be tried again fails. A HEAD has the fields alone. Rejects with any
   * other error of `tell`.
   */
  async serve(
    reply: FastifyReply,
    watched: WatchedCaller | undefined,
    tell: (stream: EventStream, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    if (reply.request.method === 'HEAD') {
      void reply.type('text/event-stream; charset=utf-8').send();
      return;
    }
    const leaving = new AbortController();
    this.#open.add(leaving);
    const ends = [signalOf(reply), leaving.signal, ...(watched === undefined ? [] : [watched.signal])];
    const signal = AbortSignal.any(ends);
    reply.hijack();
    const stream = new EventStream(reply.raw, signal, watched === undefined ? {} : { onBeat: watched.recheck });
    try {
      await tell(stream, signal);
      stream.end();
    } catch (error) {
      stream.end(RETRY_SECONDS);
      const expected = signal.aborted || (error instanceof GenerationError && error.retryable);
      if (!expected) throw error;
    } finally {
      this.#open.delete(leaving);
    }
  }

  endAll(): void {
    for (const controller of this.#open) controller.abort(new Error('the process shuts down'));
  }
}
