/** npm sends a Ctrl-C on that the terminal has sent already: what follows this soon is the same one. */
const SAME_MILLISECONDS = 1_000;

/** Aborts at SIGINT or SIGTERM. The next one ends the process at once, with the exit code of an interrupt. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let begun: number | undefined;
  const onSignal = (reason: string) => {
    if (begun === undefined) {
      begun = Date.now();
      stop.abort(new Error(reason));
    } else if (Date.now() - begun > SAME_MILLISECONDS) process.exit(130);
  };
  process.on('SIGINT', () => onSignal('interrupted'));
  process.on('SIGTERM', () => onSignal('terminated'));
  return stop.signal;
}
