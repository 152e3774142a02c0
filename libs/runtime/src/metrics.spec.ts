import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.ts';

const samples = async (metrics: Metrics, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(`medley_${name}`));

describe('Metrics', () => {
  it('begins a counter at zero for every value of its labels', async () => {
    const metrics = new Metrics('test');
    const labels = { stage: ['a', 'b'], outcome: ['good', 'bad'] } as const;
    metrics.counter({ name: 'things_total', help: 'Things', labels }).inc({ stage: 'b', outcome: 'bad' });
    expect(await samples(metrics, 'things_total')).toEqual([
      'medley_things_total{stage="a",outcome="good",process="test"} 0',
      'medley_things_total{stage="a",outcome="bad",process="test"} 0',
      'medley_things_total{stage="b",outcome="good",process="test"} 0',
      'medley_things_total{stage="b",outcome="bad",process="test"} 1',
    ]);
  });

  it('begins none whose values are told in words', async () => {
    const metrics = new Metrics('test');
    const counter = metrics.counter({ name: 'seen_total', help: 'Seen', labels: { bundle: 'name of a bundle' } });
    expect(await samples(metrics, 'seen_total')).toEqual([]);
    counter.inc({ bundle: 'tiny' }, 2);
    expect(await samples(metrics, 'seen_total')).toEqual(['medley_seen_total{bundle="tiny",process="test"} 2']);
  });

  it('asks at each scrape for what someone else counts', async () => {
    const metrics = new Metrics('test');
    let counted = 2.5;
    metrics.counter({ name: 'elsewhere_total', help: 'Elsewhere' }, async (counter) => {
      counter.reset();
      counter.inc(counted);
    });
    expect(await samples(metrics, 'elsewhere_total')).toEqual(['medley_elsewhere_total{process="test"} 2.5']);
    counted = 4;
    expect(await samples(metrics, 'elsewhere_total')).toEqual(['medley_elsewhere_total{process="test"} 4']);
  });

  it('tells what was registered, by name', () => {
    const metrics = new Metrics('test');
    metrics.gauge({ name: 'held_bytes', help: 'Held' });
    metrics.histogram({ name: 'call_seconds', help: 'Call', labels: { stage: ['a'] } });
    expect(metrics.descriptions).toEqual([
      { name: 'medley_call_seconds', type: 'histogram', help: 'Call', labels: { stage: ['a'] } },
      { name: 'medley_held_bytes', type: 'gauge', help: 'Held', labels: {} },
    ]);
  });
});
