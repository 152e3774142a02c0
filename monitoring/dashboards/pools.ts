import { Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import type { Board } from './board.ts';
import { chart } from './panels.ts';
import { perSecond, quantile, saidByAll, sumOf } from './prometheus-query.ts';
import { bundles, metricsSource, poolStages } from './variables.ts';

const POOL = { by: ['stage', 'bundle', 'digest'], where: 'stage=~"$stage",bundle=~"$bundle"' } as const;
const OF_POOL = '{{stage}} {{bundle}} {{digest}}';
const ACCEPTED = 'medley_pool_accepted_work_seconds_total';
/** The query by which KEDA scales a pool of GPUs, of all bundles that are chosen (docs/scaling.md). */
const REPLICAS =
  'max by (stage, bundle, digest) (medley_pool_work_seconds{stage="diffuse",bundle=~"$bundle"}) / 300 + ' +
  `1.25 * max by (stage, bundle, digest) (rate(${ACCEPTED}{stage="diffuse",bundle=~"$bundle"}[120s]))`;

/** What waits for workers, and how many there should be. */
export const POOLS: Board = {
  name: 'pools',
  title: 'Pools & scaling',
  description: 'What the pools of each bundle have to do, how long it waits, and how many workers that asks for.',
  variables: [metricsSource(), bundles(), poolStages()],
  rows: {
    'How much is there to do?': [
      chart({
        title: 'How many seconds of work wait or run?',
        description: 'Predicted, for one thread: a pool of n threads needs an n-th of it.',
        unit: Seconds,
        lines: [[saidByAll('medley_pool_work_seconds', POOL), OF_POOL]],
      }),
      chart({
        title: 'How many threads would just keep up with what is accepted?',
        description: 'Predicted seconds of work that are accepted each second.',
        unit: Short,
        lines: [[`max by (stage, bundle, digest) (rate(${ACCEPTED}{${POOL.where}}[$__rate_interval]))`, OF_POOL]],
      }),
      chart({
        title: 'How many generations are open?',
        unit: Short,
        lines: [
          [
            saidByAll('medley_pool_open_generations', { by: ['bundle', 'digest'], where: 'bundle=~"$bundle"' }),
            '{{bundle}} {{digest}}',
          ],
        ],
      }),
      chart({
        title: 'How many jobs could start and have not?',
        unit: Short,
        lines: [[saidByAll('medley_pool_waiting_jobs', POOL), OF_POOL]],
      }),
    ],
    'How long does it wait?': [
      chart({
        title: 'How long has the first job waited?',
        description: 'The line is where MedleyWaitTooLong begins to count.',
        unit: Seconds,
        limit: 300,
        lines: [[saidByAll('medley_pool_oldest_wait_seconds', POOL), OF_POOL]],
      }),
      chart({
        title: 'How long do jobs wait before they start?',
        unit: Seconds,
        lines: [0.5, 0.95, 0.99].map(
          (share) =>
            [
              quantile(share, 'medley_job_queue_seconds', { by: ['stage'], where: 'stage=~"$stage"' }),
              `p${100 * share} {{stage}}`,
            ] as const,
        ),
      }),
    ],
    'How many workers does that ask for?': [
      chart({
        title: 'How many diffusion workers does the recommended query ask for?',
        description: 'That of docs/scaling.md, by which KEDA scales. There are no fewer than minReplicaCount.',
        unit: Short,
        lines: [[REPLICAS, '{{bundle}} {{digest}}']],
      }),
      chart({
        title: 'How many processes of each kind answer?',
        unit: Short,
        lines: [['count by (process) (medley_process_start_time_seconds)', '{{process}}']],
      }),
      chart({
        title: 'How many executions run?',
        unit: Short,
        stacked: true,
        lines: [[sumOf('medley_jobs_active', { by: ['stage'], where: 'stage=~"$stage"' }), '{{stage}}']],
      }),
      chart({
        title: 'Do predictions of diffusion hold?',
        description:
          'Seconds that were predicted at the acceptance, and seconds that graphs then took. Over time the two are to be alike.',
        unit: Short,
        lines: [
          [
            `sum(max by (bundle, digest) (rate(${ACCEPTED}{stage="diffuse"}[$__rate_interval])))`,
            'predicted, each second',
          ],
          [perSecond('medley_diffusion_call_seconds_sum'), 'taken, each second'],
        ],
      }),
    ],
  },
};
