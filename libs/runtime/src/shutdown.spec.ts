import { describe, expect, it } from '@jest/globals';
import { Health } from './health.ts';
import { createLogger } from './logger.ts';
import { Shutdown } from './shutdown.ts';

function create(graceSeconds = 60) {
  const steps: string[] = [];
  const codes: number[] = [];
  const health = new Health();
  health.enter('ready');
  const logger = createLogger({ name: 'test', level: 'silent' });
  const shutdown = new Shutdown({ logger, health, graceSeconds, exit: (code) => codes.push(code) });
  return { steps, codes, health, shutdown };
}

describe('Shutdown', () => {
  it('stops all, drains all, then closes in reverse order of start and exits with 0', async () => {
    const { steps, codes, health, shutdown } = create();
    for (const name of ['redis', 'worker', 'server']) {
      shutdown.register(name, {
        stop: () => void steps.push(`stop ${name} while ${health.phase}`),
        drain: async () => void steps.push(`drain ${name}`),
        close: () => void steps.push(`close ${name}`),
      });
    }
    await shutdown.begin('test');
    expect(steps.slice(0, 3).every((step) => /^stop \w+ while draining$/.test(step))).toBe(true);
    expect(steps.slice(3, 6).every((step) => step.startsWith('drain'))).toBe(true);
    expect(steps.slice(6)).toEqual(['close server', 'close worker', 'close redis']);
    expect(codes).toEqual([0]);
  });

  it('runs once however often it is asked', async () => {
    const { steps, codes, shutdown } = create();
    shutdown.register('server', { close: () => void steps.push('close') });
    await Promise.all([shutdown.begin('one'), shutdown.begin('two', 1)]);
    expect([steps, codes]).toEqual([['close'], [0]]);
  });

  it('closes the others and exits with 1 when a part fails', async () => {
    const { steps, codes, shutdown } = create();
    shutdown.register('redis', { close: () => void steps.push('close redis') });
    shutdown.register('server', { close: () => Promise.reject(new Error('stuck')) });
    await shutdown.begin('test');
    expect([steps, codes]).toEqual([['close redis'], [1]]);
  });

  it('aborts the draining when the grace time is over', async () => {
    const { codes, shutdown } = create(0.01);
    let reason: unknown;
    shutdown.register('worker', {
      drain: (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            resolve();
          });
        }),
    });
    await shutdown.begin('test');
    expect(String(reason)).toContain('grace time of 0.01 s');
    expect(codes).toEqual([0]);
  });
});
