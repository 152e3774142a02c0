import { GenerationError } from '@medley/domain';

/** Replies that mean that Redis can't serve now; other error replies are faults of ours and pass as they are. */
const NOT_NOW = /^(OOM|LOADING|READONLY|MISCONF|BUSY|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|NOSCRIPT)\b/;

/** Runs calls to Redis. What says that Redis is away, slow or full becomes GenerationError `queue_unavailable`. */
export async function redisCall<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw translate(error);
  }
}

function translate(error: unknown): unknown {
  if (error instanceof GenerationError || !(error instanceof Error)) return error;
  if (error.name === 'ReplyError' && !NOT_NOW.test(error.message)) return error;
  const why = error.message.startsWith('OOM') ? 'Redis is out of memory' : 'Redis does not answer';
  return new GenerationError('queue_unavailable', `${why}; try again in a moment`, { cause: error });
}
