import {
  BytesIEC,
  CountsPerSecond,
  Number as Multiple,
  PercentUnit,
  Seconds,
  Short,
} from '@grafana/grafana-foundation-sdk/units';
import type { Board } from './board.ts';
import { chart } from './panels.ts';
import { perSecond, within } from './prometheus-query.ts';
import { jobStages, metricsSource } from './variables.ts';

const STAGE = { by: ['stage'], where: 'stage=~"$stage"' } as const;
/** Those of monitoring/alerts.yml. */
const BUDGET = 0.005;
const BURN_WINDOWS = ['1h', '6h', '1d', '3d'] as const;

/** What went wrong, what was repaired, and what was given up. */
export const RELIABILITY: Board = {
  name: 'reliability',
  title: 'Reliability',
  description: 'The error budget, stalled and repeated jobs, repairs, dead letters, and how processes are.',
  variables: [metricsSource(), jobStages()],
  rows: {
    'Is the promise kept?': [
      chart({
        title: 'How many times faster than it lasts is the error budget spent?',
        description:
          'Failures over what 0.5 % allow. MedleyGenerationsFail begins at 14.4 over 1 h, 6 over 6 h, 3 over a day, 1 over three days, and with three failures.',
        unit: Multiple,
        limit: 1,
        lines: BURN_WINDOWS.map(
          (window) => [`medley:generation_failures:ratio_rate${window} / ${BUDGET}`, `over ${window}`] as const,
        ),
      }),
      chart({
        title: 'How many generations failed, and in which process were they given up?',
        description: 'Within an hour. gateway is the reconciler: no worker finished them.',
        unit: Short,
        lines: [
          [
            within('medley_generations_ended_total', '1h', { by: ['process'], where: 'outcome="failed"' }),
            '{{process}}',
          ],
        ],
      }),
      chart({
        title: 'Which alerts fire or are about to?',
        description: 'Nothing here is good.',
        unit: Short,
        lines: [['count by (alertname, alertstate, severity) (ALERTS)', '{{alertname}} {{severity}}, {{alertstate}}']],
      }),
      chart({
        title: 'Do S3 and Redis agree on what is open?',
        description:
          'S3 is counted by each pass of the reconciler, so it is behind by up to a pass. A difference that stays is not repaired.',
        unit: Short,
        lines: [
          ['max(medley_generations_in_flight)', 'in S3'],
          ['sum(max by (bundle, digest) (medley_pool_open_generations))', 'in Redis'],
        ],
      }),
    ],
    'What is done more than once?': [
      chart({
        title: 'How many jobs were taken back from workers that died or hung?',
        description: 'Within 15 minutes. MedleyJobsStall begins above three.',
        unit: Short,
        limit: 3,
        lines: [[within('medley_jobs_stalled_total', '15m', STAGE), '{{stage}}']],
      }),
      chart({
        title: 'How many executions went on with a job that had started before?',
        description: 'Within 15 minutes: handed back by a worker that ends, taken back, or tried once more.',
        unit: Short,
        lines: [[within('medley_job_resumes_total', '15m', STAGE), '{{stage}}']],
      }),
      chart({
        title: 'What did the reconciler repair?',
        description: 'Within an hour.',
        unit: Short,
        lines: [[within('medley_reconciler_repairs_total', '1h', { by: ['action'] }), '{{action}}']],
      }),
      chart({
        title: 'What of tensors and clips did not go the usual way?',
        description: 'Within an hour. Tensors came from S3 instead; clips are without their sound, beside it.',
        unit: Short,
        lines: [
          [within('medley_tensor_peer_failures_total', '1h'), 'tensors not had from the worker that made them'],
          [within('medley_mux_failures_total', '1h'), 'clips that could not be muxed'],
        ],
      }),
    ],
    'Are webhooks told?': [
      chart({
        title: 'How do attempts to tell a webhook end?',
        description: 'Within an hour.',
        unit: Short,
        stacked: true,
        lines: [[within('medley_webhook_attempts_total', '1h', { by: ['outcome'] }), '{{outcome}}']],
      }),
      chart({
        title: 'How many ends were told, and how many given up?',
        description: 'Within an hour. dead: MedleyDeadLetters begins at the first.',
        unit: Short,
        lines: [[within('medley_webhook_deliveries_total', '1h', { by: ['status'] }), '{{status}}']],
      }),
      chart({
        title: 'How many ends are owed to webhooks?',
        unit: Short,
        lines: [['max(medley_webhooks_owed)', 'owed']],
      }),
      chart({
        title: 'What do clients send that cannot be used, each second?',
        unit: CountsPerSecond,
        lines: [[perSecond('medley_conditions_refused_total', { by: ['modality', 'code'] }), '{{modality}} {{code}}']],
      }),
    ],
    'How are the processes?': [
      chart({
        title: 'How busy are their processors?',
        description: 'Of one processor; the greatest of each kind.',
        unit: PercentUnit,
        lines: [['max by (process) (rate(medley_process_cpu_seconds_total[$__rate_interval]))', '{{process}}']],
      }),
      chart({
        title: 'How much of the time are their event loops held up?',
        description:
          'Meanwhile no lock is renewed and no request answered. The most of each kind; a hundredth is a timer as late as usual.',
        unit: PercentUnit,
        lines: [
          ['max by (process) (rate(medley_nodejs_eventloop_delay_seconds_sum[$__rate_interval]))', '{{process}}'],
        ],
      }),
      chart({
        title: 'How much memory do they take?',
        unit: BytesIEC,
        lines: [['max by (process) (medley_process_resident_memory_bytes)', '{{process}}']],
      }),
      chart({
        title: 'How long have they been up?',
        unit: Seconds,
        lines: [['time() - max by (process) (medley_process_start_time_seconds)', '{{process}}']],
      }),
    ],
  },
};
