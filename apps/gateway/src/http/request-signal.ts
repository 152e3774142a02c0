import type { FastifyReply } from 'fastify';

/** Aborted when the client goes away before its answer is complete; at once where it is gone already. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const { socket } = reply.request.raw;
  const closed = () => {
    reply.raw.removeListener('close', closed);
    socket.removeListener('close', closed);
    if (!reply.raw.writableFinished) controller.abort(new Error('the client went away'));
  };
  if (reply.raw.destroyed || socket.destroyed) closed();
  else {
    reply.raw.once('close', closed);
    // An answer that waits for an earlier one on its connection is not told of the connection's end.
    socket.once('close', closed);
  }
  return controller.signal;
}
