export { boot, readEnvironment, type BootOptions, type Runtime } from './boot.ts';
export { EnvironmentError, parseEnvironment } from './environment.ts';
export { FetchWatchdog, type FetchWatchdogOptions, type WorkerSample } from './fetch-watchdog.ts';
export { GenerationMetrics } from './generation-metrics.ts';
export { Health, type CheckState, type HealthCheck, type Readiness } from './health.ts';
export { JobMetrics, type JobOutcome } from './job-metrics.ts';
export { currentLogContext, withLogContext, type LogContext } from './log-context.ts';
export { LOG_LEVELS, createLogger, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export { maskSecrets } from './mask-secrets.ts';
export {
  BYTES_BUCKETS,
  Metrics,
  SECONDS_BUCKETS,
  type Counter,
  type Gauge,
  type Histogram,
  type LabelValues,
  type MetricDescription,
  type MetricOptions,
} from './metrics.ts';
export { OperationsServer } from './operations-server.ts';
export {
  bootOptions,
  commaSeparated,
  port,
  processFields,
  redisOptions,
  storageOptions,
  wholeNumber,
  type ProcessEnvironment,
} from './process-environment.ts';
export { type ListeningMessage } from './process-events.ts';
export { ProcessMetrics } from './process-metrics.ts';
export { Shutdown, type Resource, type ShutdownOptions } from './shutdown.ts';
export { StageRuns, type StageRun, type TellFacts } from './stage-runs.ts';
export { StorageMetrics } from './storage-metrics.ts';
export { takeJobs, type JobTaker } from './take-jobs.ts';
export { passingTracing } from './tracing/passing-tracing.ts';
export { startTracing, type StartedTracing, type TracingOptions } from './tracing/start-tracing.ts';
export { TraceMetrics } from './tracing/trace-metrics.ts';
export { tracingFields } from './tracing/tracing-environment.ts';
export {
  exchangeOptions,
  mebibytes,
  tensorServerFields,
  workerEnvironment,
  type WorkerEnvironment,
} from './worker-environment.ts';
export { WorkerMetrics } from './worker-metrics.ts';
export { registerWorkerHealth, type WorkerParts } from './worker-health.ts';
