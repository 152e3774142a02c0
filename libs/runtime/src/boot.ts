import type { Tracing } from '@medley/domain';
import { FetchWatchdog, type WorkerSample } from './fetch-watchdog.ts';
import { Health } from './health.ts';
import { createLogger, type Logger, type LogLevel } from './logger.ts';
import { Metrics } from './metrics.ts';
import { OperationsServer } from './operations-server.ts';
import { tellParent, wireProcessEvents } from './process-events.ts';
import { ProcessMetrics } from './process-metrics.ts';
import { Shutdown, type Resource } from './shutdown.ts';
import { passingTracing } from './tracing/passing-tracing.ts';
import { startTracing, type TracingOptions } from './tracing/start-tracing.ts';
import { TraceMetrics } from './tracing/trace-metrics.ts';
import { EnvironmentError } from './environment.ts';

export interface BootOptions {
  /** Name of the process in logs and metrics, such as `encoder-worker`. */
  name: string;
  /** Address of /healthz, /readyz and /metrics. */
  host: string;
  /** Their port; 0 takes a free one. */
  port: number;
  /** `info` by default. */
  logLevel?: LogLevel;
  /** Log lines for people instead of JSON. */
  prettyLogs?: boolean;
  /** Seconds for which work in hand may go on after SIGTERM; 10 by default. */
  graceSeconds?: number;
  /** Where traces are sent; there are none by default. */
  tracing?: TracingOptions | undefined;
}

/** What an app builds itself on. */
export interface Runtime {
  logger: Logger;
  metrics: Metrics;
  health: Health;
  tracing: Tracing;
  /** Aborted when the shutdown begins. */
  signal: AbortSignal;
  /** Hands over what was just started: drained together with the others, closed before all that were registered earlier. */
  register(name: string, resource: Resource): void;
  /** Ends the process with 1 when a worker stops fetching, so that its supervisor starts a new one. */
  watchFetching(name: string, sample: () => Promise<WorkerSample>): void;
}

/** Seconds of waiting jobs beside free slots after which a worker counts as stuck. */
const STUCK_SECONDS = 20;
const WATCH_INTERVAL_SECONDS = 5;

/**
 * Runs an app: opens the port of health and metrics, calls `start`, becomes ready, tells the parent process where it listens,
 * and shuts down in order when told to. `start` resolves with the address of the public API, if it has one. When `start`
 * fails, what it registered is closed again and the process ends with 1. `boot` itself never rejects.
 */
export async function boot(
  options: BootOptions,
  start: (runtime: Runtime) => Promise<{ api?: string } | void>,
): Promise<void> {
  const { name, logLevel, prettyLogs, graceSeconds = 10 } = options;
  const logger = createLogger({
    name,
    ...(logLevel === undefined ? {} : { level: logLevel }),
    ...(prettyLogs === undefined ? {} : { pretty: prettyLogs }),
  });
  const health = new Health((check, { ok, detail }) => {
    if (ok) logger.info({ check, detail }, 'a health check holds again');
    else logger.warn({ check, detail }, 'a health check fails');
  });
  const metrics = new Metrics(name);
  const shutdown = new Shutdown({ logger, health, graceSeconds, exit: (code) => process.exit(code) });
  wireProcessEvents(shutdown, logger);
  try {
    const server = new OperationsServer(health, metrics);
    const address = await server.listen(options.host, options.port);
    const own = new ProcessMetrics(metrics);
    shutdown.register('metrics of the process', { close: () => own.close() });
    shutdown.register('operations server', { close: () => server.close() });
    const tracing = await trace(options.tracing, { logger, metrics: new TraceMetrics(metrics) }, shutdown);
    const runtime: Runtime = {
      logger,
      metrics,
      health,
      tracing,
      signal: shutdown.signal,
      register: (resource, parts) => shutdown.register(resource, parts),
      watchFetching: (worker, sample) => watchFetching(worker, sample, shutdown, logger),
    };
    const { api } = (await start(runtime)) ?? {};
    if (shutdown.signal.aborted) return;
    health.enter('ready');
    logger.info({ health: address, ...(api === undefined ? {} : { api }) }, 'ready');
    tellParent({ type: 'listening', health: address, ...(api === undefined ? {} : { api }) });
  } catch (error) {
    if (!shutdown.signal.aborted) logger.fatal({ err: error }, 'could not start');
    await shutdown.begin('could not start', 1);
  }
}

/** Closed after all whose spans it takes. */
async function trace(
  options: TracingOptions | undefined,
  parts: { logger: Logger; metrics: TraceMetrics },
  shutdown: Shutdown,
): Promise<Tracing> {
  if (options === undefined) return passingTracing;
  const { tracing, close } = await startTracing(options, parts);
  shutdown.register('traces', { close });
  return tracing;
}

function watchFetching(worker: string, sample: () => Promise<WorkerSample>, shutdown: Shutdown, logger: Logger): void {
  const watchdog = new FetchWatchdog({
    sample,
    stuckSeconds: STUCK_SECONDS,
    intervalSeconds: WATCH_INTERVAL_SECONDS,
    onStuck: (seen, seconds) => {
      logger.fatal({ worker, seconds, ...seen }, 'the worker fetches no jobs although some wait; restarting');
      void shutdown.begin(`${worker} fetches no jobs`, 1);
    },
  });
  watchdog.start();
  shutdown.register(`watchdog of ${worker}`, { stop: () => watchdog.close() });
}

/** Reads the environment of an app; on an error prints what is wrong, one line each, and ends the process with 1. */
export function readEnvironment<Environment>(read: () => Environment): Environment {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
