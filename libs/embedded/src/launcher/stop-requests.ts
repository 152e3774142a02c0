import type { StopRequests } from './launch.ts';

/** npm sends a Ctrl-C on that the terminal has sent already: what follows this soon is the same one. */
const SAME_MILLISECONDS = 1_000;

/** SIGINT, SIGTERM and SIGHUP ask to stop, and so does the end of a parent that opened an IPC channel. */
export function stopRequests(): StopRequests {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let begun: number | undefined;
  const onRequest = () => {
    if (begun === undefined) {
      begun = Date.now();
      first.resolve();
    } else if (Date.now() - begun > SAME_MILLISECONDS) second.resolve();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onRequest);
  process.on('disconnect', onRequest);
  return { first: first.promise, second: second.promise };
}
