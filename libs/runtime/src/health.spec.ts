import { describe, expect, it } from '@jest/globals';
import { Health, type CheckState } from './health.ts';

describe('Health', () => {
  it('is ready only between starting and draining, and while every check holds', async () => {
    const health = new Health();
    let broken = false;
    health.register('redis', () => {
      if (broken) throw new Error('ECONNREFUSED');
      return 'connected';
    });
    expect(await health.readiness()).toMatchObject({ phase: 'starting', ready: false });
    health.enter('ready');
    expect(await health.readiness()).toEqual({
      phase: 'ready',
      ready: true,
      checks: { redis: { ok: true, detail: 'connected' } },
    });
    broken = true;
    expect(await health.readiness()).toEqual({
      phase: 'ready',
      ready: false,
      checks: { redis: { ok: false, detail: 'ECONNREFUSED' } },
    });
    broken = false;
    health.enter('draining');
    health.enter('ready');
    expect(await health.readiness()).toMatchObject({ phase: 'draining', ready: false });
  });

  it('tells once that a check fails, and that it holds again', async () => {
    const told: [string, CheckState][] = [];
    const health = new Health((...change) => told.push(change));
    let broken = false;
    health.register('redis', () => {
      if (broken) throw new Error('ECONNREFUSED');
    });
    for (broken of [false, true, true, false, false]) await health.readiness();
    expect(told).toEqual([
      ['redis', { ok: false, detail: 'ECONNREFUSED' }],
      ['redis', { ok: true }],
    ]);
  });

  it('refuses a second check of the same name', () => {
    const health = new Health();
    health.register('redis', () => undefined);
    expect(() => health.register('redis', () => undefined)).toThrow('a health check named redis is registered already');
  });
});
