import { describe, expect, it } from '@jest/globals';
import { RECOMMENDED_SCALING, workQuery } from './recommended-settings.ts';

describe('the recommended query', () => {
  it('is for one pool, and takes node start, model load and drain time together', () => {
    expect(RECOMMENDED_SCALING.nodeStartSeconds + RECOMMENDED_SCALING.modelLoadSeconds).toBe(240);
    const pool = '{stage="diffuse",bundle="tiny-codi",digest="1a2b3c4d"}';
    expect(workQuery({ stage: 'diffuse', bundle: 'tiny-codi', digest: '1a2b3c4d' })).toBe(
      `max by (stage, bundle, digest) (medley_pool_work_seconds${pool}) / 300 + ` +
        `1.25 * sum by (stage, bundle, digest) (rate(medley_pool_accepted_work_seconds_total${pool}[120s]))`,
    );
  });
});
