import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { PerformanceObserver, constants, type PerformanceEntry } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Metrics } from './metrics.ts';

const COLLECTIONS = new Map<number | undefined, string>([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak_callbacks'],
]);
const DELAY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SAMPLE_MILLISECONDS = 100;

/**
 * The Node process itself, by the names that Prometheus' clients have for it where they have one.
 *
 * prom-client has such metrics too. They read tables of some hundred KiB at each scrape and wake the process every 10 ms
 * (docs/decisions/2026-11-28-what-a-cold-scrape-costs.md); these read a few numbers and wake it every 100 ms.
 */
export class ProcessMetrics {
  readonly #collections: PerformanceObserver;
  readonly #sampling: NodeJS.Timeout;

  constructor(metrics: Metrics) {
    metrics.counter({ name: 'process_cpu_seconds_total', help: 'Processor seconds of the process' }, (counter) => {
      const { user, system } = process.cpuUsage();
      counter.reset();
      counter.inc((user + system) / 1e6);
    });
    metrics.gauge({ name: 'process_resident_memory_bytes', help: 'Memory that the process holds in RAM' }, (gauge) =>
      gauge.set(process.memoryUsage.rss()),
    );
    metrics
      .gauge({ name: 'process_start_time_seconds', help: 'When the process started, in seconds since 1970' })
      .set(Date.now() / 1000 - process.uptime());
    describeFiles(metrics);
    describeHeap(metrics);
    this.#collections = countCollections(metrics);
    this.#sampling = sampleDelays(metrics);
  }

  close(): void {
    clearInterval(this.#sampling);
    this.#collections.disconnect();
  }
}

/** Only where /proc tells of them. */
function describeFiles(metrics: Metrics): void {
  if (!existsSync('/proc/self/limits')) return;
  metrics.gauge({ name: 'process_open_fds', help: 'Open file descriptors; only on Linux' }, (gauge) =>
    gauge.set(openFiles()),
  );
  const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  const most = metrics.gauge({ name: 'process_max_fds', help: 'Most file descriptors it may open; only on Linux' });
  most.set(limit === undefined ? Infinity : Number(limit));
}

/** NaN when there are so many that they can't be listed: a scrape has to tell of the rest. */
function openFiles(): number {
  try {
    // One of them is that of the reading itself.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return NaN;
  }
}

/** Of the main thread. The first sets all three: metrics are read in the order in which they were registered. */
function describeHeap(metrics: Metrics): void {
  metrics.gauge({ name: 'nodejs_heap_size_used_bytes', help: "Memory of V8's heap that is in use" }, (used) => {
    const heap = getHeapStatistics();
    used.set(heap.used_heap_size);
    total.set(heap.total_heap_size);
    external.set(heap.external_memory);
  });
  const total = metrics.gauge({ name: 'nodejs_heap_size_total_bytes', help: "Memory that V8's heap takes" });
  const external = metrics.gauge({
    name: 'nodejs_external_memory_bytes',
    help: 'Memory outside of the heap that V8 keeps',
  });
}

function countCollections(metrics: Metrics): PerformanceObserver {
  const seconds = metrics.counter({
    name: 'nodejs_gc_seconds_total',
    help: 'Seconds of garbage collection',
    labels: { kind: [...COLLECTIONS.values()] },
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { detail?: { kind?: number } })[]) {
      const kind = COLLECTIONS.get(entry.detail?.kind);
      if (kind !== undefined) seconds.inc({ kind }, entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return observer;
}

/** How much later than it asked for a timer is called. */
function sampleDelays(metrics: Metrics): NodeJS.Timeout {
  const delays = metrics.histogram(
    {
      name: 'nodejs_eventloop_delay_seconds',
      help: 'How much later than after 100 ms a timer was called: what held the event loop up',
    },
    DELAY_BUCKETS,
  );
  let last = performance.now();
  const sampling = setInterval(() => {
    const now = performance.now();
    delays.observe(Math.max(now - last - SAMPLE_MILLISECONDS, 0) / 1000);
    last = now;
  }, SAMPLE_MILLISECONDS);
  return sampling.unref();
}
