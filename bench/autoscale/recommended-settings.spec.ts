import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { RECOMMENDED_SCALING, workQuery } from './recommended-settings.ts';

type Ways = Record<'scaleUp' | 'scaleDown', object>;

interface Scaled {
  spec: {
    advanced: { horizontalPodAutoscalerConfig: { behavior: Ways } };
    triggers: { type: string; metricType: string; metadata: Record<string, string> }[];
  };
}

describe('the ScaledObject of diffusion workers', () => {
  const path = new URL('../../k8s/base/diffusion-worker/scaled-object.yaml', import.meta.url);
  const { spec } = parse(readFileSync(path, 'utf8')) as Scaled;
  const { behavior, queueTrigger, scaledObject } = RECOMMENDED_SCALING;
  /** What is put into it for each bundle. */
  const bundles = globSync('k8s/bundles/*/bundle.yaml').map(
    (file) => parse(readFileSync(file, 'utf8')) as { data: Record<string, string> },
  );

  it('is scaled as the simulation was', () => {
    expect(spec).toMatchObject(scaledObject);
    // Its manifest leaves out the tolerance, which is then 0.1.
    const { scaleUp, scaleDown } = spec.advanced.horizontalPodAutoscalerConfig.behavior;
    const tolerance = 0.1;
    expect({ scaleUp: { ...scaleUp, tolerance }, scaleDown: { ...scaleDown, tolerance } }).toEqual(behavior);
  });

  it('asks for work and load by the recommended query, which answers with replicas', () => {
    const work = spec.triggers.filter(({ type }) => type === 'prometheus');
    expect(work.map(({ metadata }) => Number(metadata['threshold']))).toEqual([RECOMMENDED_SCALING.threshold]);
    expect(work.map(({ metricType }) => metricType)).toEqual(['AverageValue']);
    for (const { data } of bundles) {
      const [stage, bundle, digest] = data['diffuseQueue']!.split('.') as [string, string, string];
      expect(data['diffuseQuery']).toBe(workQuery({ stage, bundle, digest }));
    }
    expect(bundles.length).toBeGreaterThan(0);
  });

  it('is drawn on the dashboard of pools by the same query', () => {
    const board = readFileSync('monitoring/dashboards/generated/pools.json', 'utf8');
    const { panels } = JSON.parse(board) as { panels: { title: string; targets?: { expr: string }[] }[] };
    const drawn = panels.find(({ title }) => title.includes('does the recommended query ask for'))!.targets![0]!.expr;
    const bundle = 'bundle=~"$bundle"';
    const recommended = workQuery({ stage: 'diffuse', bundle: 'B', digest: 'D' });
    expect(drawn).toBe(recommended.replaceAll('bundle="B",digest="D"', bundle));
  });

  it('asks the queue as it does', () => {
    const lists = spec.triggers.filter(({ type }) => type === 'redis').map(({ metadata }) => metadata);
    expect(lists).toHaveLength(5);
    for (const { listLength, activationListLength } of lists)
      expect([Number(listLength), Number(activationListLength)]).toEqual([
        queueTrigger.jobsPerReplica,
        queueTrigger.activationThreshold,
      ]);
  });
});

describe('the recommended query', () => {
  it('is for one pool, and takes node start, model load and drain time together', () => {
    expect(RECOMMENDED_SCALING.nodeStartSeconds + RECOMMENDED_SCALING.modelLoadSeconds).toBe(240);
    const pool = '{stage="diffuse",bundle="tiny-codi",digest="1a2b3c4d"}';
    expect(workQuery({ stage: 'diffuse', bundle: 'tiny-codi', digest: '1a2b3c4d' })).toBe(
      `max by (stage, bundle, digest) (medley_pool_work_seconds${pool}) / 300 + ` +
        `1.25 * max by (stage, bundle, digest) (rate(medley_pool_accepted_work_seconds_total${pool}[120s]))`,
    );
  });
});
