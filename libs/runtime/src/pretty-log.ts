import type { DestinationStream } from 'pino';

const COLORS: Readonly<Record<string, number>> = { fatal: 31, error: 31, warn: 33, info: 32, debug: 36, trace: 90 };

/** Turns JSON log lines into `12:00:00.000 INFO  name message field=value` for a terminal. */
export function prettyDestination(target: DestinationStream): DestinationStream {
  return { write: (line: string) => target.write(prettyLine(line)) };
}

function prettyLine(line: string): string {
  const { level, time, name, pid: _pid, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const label = String(level);
  const rest = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const stack = (err as { stack?: string } | undefined)?.stack;
  return (
    `\u001b[90m${String(time).slice(11, 23)}\u001b[0m \u001b[${COLORS[label] ?? 0}m${label.toUpperCase().padEnd(5)}\u001b[0m ` +
    `${String(name)} ${typeof msg === 'string' ? msg : ''}\u001b[90m${rest.join('')}\u001b[0m\n${stack === undefined ? '' : `${stack}\n`}`
  );
}
