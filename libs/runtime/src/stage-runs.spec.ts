import { describe, expect, it } from '@jest/globals';
import { GenerationError, type GenerationRequest, type JobContext } from '@medley/domain';
import { JobMetrics } from './job-metrics.ts';
import { createLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import { StageRuns, type TellFacts } from './stage-runs.ts';
import { passingTracing } from './tracing/passing-tracing.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const request = {
  traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
  bundle: { name: 'tiny', digest: 'ab'.repeat(32) },
} as GenerationRequest;
const payload = { v: 1, generation: `gen_${'0'.repeat(26)}`, epoch: 2, role: 3 } as const;

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const logger = createLogger({ name: 'test', level: 'info', destination: { write } });
  const stages = new StageRuns({ tracing: passingTracing, logger });
  const run = (work: (tell: TellFacts) => Promise<void>, changes: Partial<JobContext> = {}) => {
    const { signal } = new AbortController();
    const context = {
      payload,
      state: undefined,
      attempt: 2,
      queueSeconds: 0.12345,
      lastAttempt: false,
      signal,
      ...changes,
    };
    return stages.run({ stage: 'decode', context, request, begin: performance.now() }, work);
  };
  return { run, lines, logger };
}

describe('StageRuns', () => {
  it('says in one line what a stage did, for which generation, in which trace, and how long that took', async () => {
    const { run, lines } = setUp();
    await run(async (tell) => {
      tell({ modality: 'image' });
      tell({ bytes: 7 });
    });
    expect(lines).toMatchObject([
      {
        level: 'info',
        msg: 'decode completed',
        generation: payload.generation,
        epoch: 2,
        stage: 'decode',
        role: 3,
        trace_id: TRACE,
        outcome: 'completed',
        queue_seconds: 0.123,
        attempt: 2,
        modality: 'image',
        bytes: 7,
      },
    ]);
    expect(lines[0]!['seconds']).toBeLessThan(60);
  });

  it('names the trace in every line that is written meanwhile, and in none after', async () => {
    const { run, lines, logger } = setUp();
    await run(async () => logger.info('meanwhile'));
    logger.info('after');
    expect(lines.map(({ msg, trace_id: trace }) => [msg, trace])).toEqual([
      ['meanwhile', TRACE],
      ['decode completed', TRACE],
      ['after', undefined],
    ]);
  });

  const aborted = (code: 'canceled' | 'worker_unavailable') => AbortSignal.abort(new GenerationError(code, 'stop'));
  it.each([
    ['canceled', 'info', new GenerationError('canceled', 'x'), { signal: aborted('canceled') }],
    ['interrupted', 'info', new GenerationError('worker_unavailable', 'x'), { signal: aborted('worker_unavailable') }],
    ['refused', 'info', new GenerationError('media_undecodable', 'x'), {}],
    ['retried', 'warn', new GenerationError('storage_unavailable', 'x'), {}],
    ['failed', 'error', new GenerationError('storage_unavailable', 'x'), { lastAttempt: true }],
    ['failed', 'error', new GenerationError('worker_crashed', 'x'), {}],
    ['failed', 'error', new Error('x'), { lastAttempt: true }],
  ])('ends as %s, at level %s', async (outcome, level, error, changes) => {
    const { run, lines, logger } = setUp();
    await expect(run(() => Promise.reject(error), changes)).rejects.toBe(error);
    expect(lines).toMatchObject([{ outcome, level, msg: `decode ${outcome}` }]);
    expect(lines[0]!['code']).toBe(error instanceof GenerationError ? error.code : undefined);
    // What the queue tells of the same error is no second line.
    const jobs = new JobMetrics(new Metrics('test'), logger, ['decode']);
    jobs.failed(error, { stage: 'decode', payload, attempt: 2, final: true });
    expect(lines).toHaveLength(1);
  });
});
