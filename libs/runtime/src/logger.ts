import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { currentLogContext } from './log-context.ts';
import { prettyDestination } from './pretty-log.ts';
import { maskSecrets } from './mask-secrets.ts';
import { activeTraceId } from './tracing/active-span.ts';

/** A pino logger: `logger.info({ field }, 'message')`. */
export type Logger = PinoLogger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  /** Name of the process, a field of every line. */
  name: string;
  /** `info` by default. */
  level?: LogLevel;
  /** Lines for people instead of JSON. */
  pretty?: boolean;
  /** Standard output by default, written synchronously so that the last line before an exit is not lost. */
  destination?: DestinationStream;
}

/**
 * JSON lines with level names, ISO times, the fields of the log context, the id of the trace, errors with their causes, and secrets
 * masked.
 */
export function createLogger({ name, level = 'info', pretty = false, destination }: LoggerOptions): Logger {
  const target = destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), bindings: ({ pid }) => ({ name, pid: pid as number }) },
      serializers: { err: pino.stdSerializers.errWithCause, error: pino.stdSerializers.errWithCause },
      mixin: () => {
        const traceId = activeTraceId();
        return { ...currentLogContext(), ...(traceId === undefined ? {} : { trace_id: traceId }) };
      },
      hooks: { streamWrite: maskSecrets },
    },
    pretty ? prettyDestination(target) : target,
  );
}
