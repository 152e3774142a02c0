import type { AppProcess } from '@medley/testing';
import type { Sample } from './policies.ts';

/** What a gateway tells Prometheus of the diffusion pool of the one bundle that is served. */
export async function scrapePool(gateway: AppProcess): Promise<Omit<Sample, 'at' | 'busySeconds' | 'readySeconds'>> {
  const text = await (await fetch(`${gateway.health}/metrics`)).text();
  const read = (name: string, labels = '') =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`medley_${name}{`) && line.includes(labels))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  return {
    runs: read('pool_open_generations'),
    accepted: read('generations_accepted_total'),
    work: read('pool_work_seconds', 'stage="diffuse"'),
    acceptedWork: read('pool_accepted_work_seconds_total', 'stage="diffuse"'),
  };
}
