import { openSync, closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.ts';
import { ProcessMetrics } from './process-metrics.ts';

let metrics: Metrics;
let own: ProcessMetrics;
beforeEach(() => {
  metrics = new Metrics('test');
  own = new ProcessMetrics(metrics);
});
afterEach(() => own.close());

/** Of one series, by what stands between the braces beside the process; of a scrape of its own by default. */
async function value(name: string, labels = '', text?: string): Promise<number> {
  const head = `medley_${name}{${labels === '' ? '' : `${labels},`}process="test"} `;
  const line = (text ?? (await metrics.text())).split('\n').find((one) => one.startsWith(head));
  return Number(line?.slice(head.length));
}

/** Holds up the event loop. */
const block = (milliseconds: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

describe('ProcessMetrics', () => {
  it('tells processor time as it grows', async () => {
    const before = await value('process_cpu_seconds_total');
    const { user, system } = process.cpuUsage();
    const wanted = user + system + 50_000;
    for (let now = 0; now < wanted;) {
      const usage = process.cpuUsage();
      now = usage.user + usage.system;
    }
    const after = await value('process_cpu_seconds_total');
    expect(after - before).toBeGreaterThanOrEqual(0.05);
    expect(after).toBeLessThanOrEqual(process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6);
  });

  it('tells memory in RAM and in the heap', async () => {
    const first = await metrics.text();
    const bytes = await value('process_resident_memory_bytes', '', first);
    const used = await value('nodejs_heap_size_used_bytes', '', first);
    const total = await value('nodejs_heap_size_total_bytes', '', first);
    expect(await value('nodejs_external_memory_bytes', '', first)).toBeGreaterThan(0);
    expect(used).toBeGreaterThan(1e6);
    expect(total).toBeGreaterThan(used);
    expect(bytes).toBeGreaterThan(used);
    const held = Buffer.alloc(64 * 1024 * 1024, 1);
    expect((await value('process_resident_memory_bytes')) - bytes).toBeGreaterThan(held.length / 2);
    expect(await value('nodejs_external_memory_bytes')).toBeGreaterThan(held.length);
  });

  it('tells when the process started', async () => {
    const started = Date.now() / 1000 - process.uptime();
    expect(Math.abs((await value('process_start_time_seconds')) - started)).toBeLessThan(1);
  });

  it('tells open files and how many there may be', async () => {
    const before = await value('process_open_fds');
    const files = [openSync('/dev/null', 'r'), openSync('/dev/null', 'r')];
    const after = await value('process_open_fds');
    files.forEach((file) => closeSync(file));
    expect(after - before).toBe(2);
    expect(await value('process_max_fds')).toBeGreaterThan(after);
  });

  it('tells what holds up the event loop', async () => {
    block(400);
    await delay(0);
    const all = await value('nodejs_eventloop_delay_seconds_count');
    expect(await value('nodejs_eventloop_delay_seconds_sum')).toBeGreaterThan(0.25);
    expect(all - (await value('nodejs_eventloop_delay_seconds_bucket', 'le="0.25"'))).toBe(1);
  });

  it('counts seconds of garbage collection by its kind', async () => {
    expect(await value('nodejs_gc_seconds_total', 'kind="major"')).toBe(0);
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    while ((await value('nodejs_gc_seconds_total', 'kind="major"')) === 0) await delay(5);
    expect(await value('nodejs_gc_seconds_total', 'kind="major"')).toBeLessThan(10);
  });

  it('takes no more samples when it is closed', async () => {
    own.close();
    block(150);
    await delay(0);
    expect(await value('nodejs_eventloop_delay_seconds_count')).toBe(0);
  });
});
