import type { FastifyReply } from 'fastify';

/** Aborted when the client goes away before its answer is complete; at once where it is gone already. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const closed = () => {
    if (!reply.raw.writableFinished) controller.abort(new Error('the client went away'));
  };
  if (reply.raw.destroyed) closed();
  else reply.raw.once('close', closed);
  return controller.signal;
}
