import { describe, expect, it } from '@jest/globals';
import { GenerationError } from '@medley/domain';
import { JobMetrics } from './job-metrics.ts';
import { createLogger } from './logger.ts';
import { Metrics } from './metrics.ts';

function create() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const metrics = new Metrics('test');
  return {
    lines,
    metrics,
    jobs: new JobMetrics(metrics, createLogger({ name: 'test', destination }), ['ingest', 'encode']),
  };
}

describe('JobMetrics', () => {
  it('counts executions by stage and outcome, in seconds', async () => {
    const { metrics, jobs } = create();
    jobs.started('encode', 0.2, false);
    expect(await metrics.text()).toContain('medley_jobs_active{stage="encode",process="test"} 1');
    jobs.ended('encode', 'completed', 1.5);
    jobs.stalled('encode');
    const text = await metrics.text();
    expect(text).toContain('medley_job_queue_seconds_sum{process="test",stage="encode"} 0.2');
    expect(text).toContain('medley_job_run_seconds_sum{process="test",stage="encode",outcome="completed"} 1.5');
    expect(text).toContain('medley_jobs_active{stage="encode",process="test"} 0');
    expect(text).toContain('medley_jobs_stalled_total{stage="encode",process="test"} 1');
  });

  it('begins at zero for each of its stages, and counts what starts again', async () => {
    const { metrics, jobs } = create();
    jobs.started('encode', 0.2, true);
    const text = await metrics.text();
    expect(text).toContain('medley_jobs_active{stage="ingest",process="test"} 0');
    expect(text).toContain('medley_jobs_stalled_total{stage="ingest",process="test"} 0');
    expect(text).toContain('medley_job_resumes_total{stage="encode",process="test"} 1');
    expect(text).not.toContain('stage="decode"');
  });

  it('logs a failure with the ids of its job', () => {
    const { lines, jobs } = create();
    const payload = { generation: 'gen_a', epoch: 2, role: 1 };
    jobs.failed(new Error('no such asset'), { stage: 'encode', payload, attempt: 3, final: true });
    expect(lines[0]).toMatchObject({ level: 'error', stage: 'encode', attempt: 3, final: true, ...payload });
    expect(lines[0]).toMatchObject({ err: { message: 'no such asset' } });
  });

  it('only warns of what a client sent wrongly', () => {
    const { lines, jobs } = create();
    const job = { stage: 'ingest', payload: { generation: 'gen_a', epoch: 1, role: 0 }, attempt: 1, final: true };
    jobs.failed(new GenerationError('url_refused', 'not public'), job);
    jobs.failed(new GenerationError('url_unreachable', 'answered 503', { retryable: true }), job);
    jobs.failed(new GenerationError('worker_crashed', 'not encoded'), job);
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'error', 'error']);
  });
});
