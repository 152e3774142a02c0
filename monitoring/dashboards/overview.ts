import { OpsPerSecond, PercentUnit, RequestsPerSecond, Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import type { Board } from './board.ts';
import { chart, figure } from './panels.ts';
import { perSecond, quantile, saidByAll, sumOf, within } from './prometheus-query.ts';
import { bundles, jobStages, metricsSource } from './variables.ts';

const BUNDLE = 'bundle=~"$bundle"';
const STAGE = 'stage=~"$stage"';
const ENDED = 'medley_generations_ended_total';
const BY_SERVICE = 'outcome=~"succeeded|failed"';
const SHARES = [0.5, 0.95, 0.99];

const percentiles = (histogram: string, where?: string) =>
  SHARES.map((share) => [quantile(share, histogram, { ...(where && { where }) }), `p${100 * share}`] as const);
const byStage = (share: number, histogram: string) =>
  [[quantile(share, histogram, { by: ['stage'], where: STAGE }), '{{stage}}']] as const;

/** A generation's life, for all of them together. */
export const OVERVIEW: Board = {
  name: 'overview',
  title: 'Overview',
  description: "A generation's life: how many there are, how they end, how long they take and where.",
  variables: [metricsSource(), bundles(), jobStages()],
  rows: {
    'How is it now?': [
      figure({
        title: 'How many generations are open?',
        unit: Short,
        lines: [
          [
            `sum(${saidByAll('medley_pool_open_generations', { by: ['bundle', 'digest'], where: BUNDLE })})`,
            'open generations',
          ],
        ],
      }),
      figure({
        title: 'Which share failed by our doing in the last hour?',
        description:
          'Of those that succeeded or failed: refused and canceled ones do not count. Red from 0.5 % on, the error budget.',
        unit: PercentUnit,
        limit: 0.005,
        lines: [
          [
            `${within(ENDED, '1h', { where: 'outcome="failed"' })} / (${within(ENDED, '1h', { where: BY_SERVICE })} > 0)`,
            'failed',
          ],
        ],
      }),
      figure({
        title: 'How long did 95 % take at most in the last hour?',
        unit: Seconds,
        lines: [
          [
            `histogram_quantile(0.95, ${within('medley_generation_seconds_bucket', '1h', { by: ['le'], where: 'outcome="succeeded"' })}) >= 0`,
            'p95',
          ],
        ],
      }),
      figure({
        title: 'How long has the first job waited?',
        description: 'Red from five minutes on, when MedleyWaitTooLong begins to count.',
        unit: Seconds,
        limit: 300,
        lines: [[`max(medley_pool_oldest_wait_seconds{${BUNDLE}})`, 'longest wait']],
      }),
    ],
    'How many, and how do they end?': [
      chart({
        title: 'How many generations are accepted each second?',
        unit: OpsPerSecond,
        lines: [[perSecond('medley_generations_accepted_total', { by: ['bundle'], where: BUNDLE }), '{{bundle}}']],
      }),
      chart({
        title: 'How do generations end, each second?',
        description: 'refused: by what the client sent. failed: by our doing.',
        unit: OpsPerSecond,
        stacked: true,
        lines: [[perSecond(ENDED, { by: ['outcome'] }), '{{outcome}}']],
      }),
      chart({
        title: 'Which stage fails jobs or tries them once more?',
        unit: OpsPerSecond,
        lines: [
          [
            perSecond('medley_job_run_seconds_count', {
              by: ['stage', 'outcome'],
              where: `${STAGE},outcome!~"completed|postponed"`,
            }),
            '{{stage}} {{outcome}}',
          ],
        ],
      }),
      chart({
        title: 'What do requests get for an answer, each second?',
        unit: RequestsPerSecond,
        stacked: true,
        lines: [[perSecond('medley_http_request_seconds_count', { by: ['status'] }), '{{status}}']],
      }),
    ],
    'How long does it take?': [
      chart({
        title: 'How long do generations take, from acceptance to success?',
        unit: Seconds,
        lines: percentiles('medley_generation_seconds', 'outcome="succeeded"'),
      }),
      chart({
        title: 'How long do requests take to their whole answer?',
        description: 'Event streams and waiting requests take as long as their generation: they are left out.',
        unit: Seconds,
        lines: percentiles('medley_http_request_seconds', 'route!~".*(events|stream).*"'),
      }),
      ...SHARES.map((share) =>
        chart({
          title: `How long does a job of each stage run (p${100 * share})?`,
          unit: Seconds,
          width: 8,
          lines: byStage(share, 'medley_job_run_seconds'),
        }),
      ),
      ...SHARES.map((share) =>
        chart({
          title: `How long does a job of each stage wait (p${100 * share})?`,
          unit: Seconds,
          width: 8,
          lines: byStage(share, 'medley_job_queue_seconds'),
        }),
      ),
    ],
    'Where does the time go?': [
      chart({
        title: 'How many jobs wait or run at once, on average?',
        description:
          'Seconds that jobs of a stage waited or ran, told when they start or end, over the seconds in which that was: the largest area is where the time goes.',
        unit: Short,
        stacked: true,
        lines: [
          [perSecond('medley_job_queue_seconds_sum', { by: ['stage'], where: STAGE }), '{{stage}} waits'],
          [perSecond('medley_job_run_seconds_sum', { by: ['stage'], where: STAGE }), '{{stage}} runs'],
        ],
      }),
      chart({
        title: 'How many executions run now?',
        unit: Short,
        stacked: true,
        lines: [[sumOf('medley_jobs_active', { by: ['stage'], where: STAGE }), '{{stage}}']],
      }),
    ],
  },
};
