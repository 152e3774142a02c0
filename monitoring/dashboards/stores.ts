import {
  BoolYesNo,
  BytesIEC,
  BytesPerSecondIEC,
  OpsPerSecond,
  PercentUnit,
  Seconds,
  Short,
} from '@grafana/grafana-foundation-sdk/units';
import type { Board } from './board.ts';
import { chart, figure } from './panels.ts';
import { perSecond, quantile, saidByAll, sumOf } from './prometheus-query.ts';
import { metricsSource } from './variables.ts';

const STORAGE = 'medley_storage_request_seconds';

/** How Redis, S3 and the exchange of tensors are. */
export const STORES: Board = {
  name: 'stores',
  title: 'Redis & S3',
  description: 'What lies under the service: Redis, S3, and tensors on their way between workers.',
  variables: [metricsSource()],
  rows: {
    'Is Redis well?': [
      figure({
        title: 'Does Redis answer?',
        unit: BoolYesNo,
        least: 1,
        lines: [[saidByAll('medley_redis_up'), 'answers']],
      }),
      figure({
        title: 'How full is Redis?',
        description: 'MedleyRedisMemory begins at 80 %.',
        unit: PercentUnit,
        limit: 0.8,
        lines: [
          [`${saidByAll('medley_redis_memory_used_bytes')} / ${saidByAll('medley_redis_memory_limit_bytes')}`, 'used'],
        ],
      }),
      figure({
        title: 'Is what Redis was told written to its file?',
        unit: BoolYesNo,
        least: 1,
        lines: [['min(medley_redis_aof_enabled) * min(medley_redis_aof_healthy)', 'written']],
      }),
      figure({
        title: 'How large is its append-only file?',
        unit: BytesIEC,
        lines: [[saidByAll('medley_redis_aof_bytes'), 'file']],
      }),
      chart({
        title: 'How many commands does Redis process each second?',
        unit: OpsPerSecond,
        lines: [['max(rate(medley_redis_commands_total[$__rate_interval]))', 'commands']],
      }),
      chart({
        title: 'How much memory does Redis use?',
        unit: BytesIEC,
        lines: [
          [saidByAll('medley_redis_memory_used_bytes'), 'used'],
          [saidByAll('medley_redis_memory_limit_bytes'), 'limit'],
        ],
      }),
      chart({
        title: 'How many connections has Redis?',
        unit: Short,
        lines: [[saidByAll('medley_redis_clients'), 'connections']],
      }),
      chart({
        title: 'How many event streams are open?',
        unit: Short,
        lines: [[sumOf('medley_event_clients'), 'streams']],
      }),
    ],
    'Is S3 well?': [
      chart({
        title: 'How many requests does S3 get each second?',
        unit: OpsPerSecond,
        stacked: true,
        lines: [[perSecond(`${STORAGE}_count`, { by: ['operation'] }), '{{operation}}']],
      }),
      chart({
        title: 'Which requests to S3 fail or are given up?',
        description: 'absent and exists are answers, not failures.',
        unit: OpsPerSecond,
        lines: [
          [
            perSecond(`${STORAGE}_count`, { by: ['operation', 'outcome'], where: 'outcome=~"failed|aborted"' }),
            '{{operation}} {{outcome}}',
          ],
        ],
      }),
      ...[0.5, 0.95, 0.99].map((share) =>
        chart({
          title: `How long does S3 take to answer (p${100 * share})?`,
          description: 'Retries are in it; of a get it is the time to the first bytes.',
          unit: Seconds,
          width: 8,
          lines: [[quantile(share, STORAGE, { by: ['operation'] }), '{{operation}}']],
        }),
      ),
    ],
    'How do tensors travel?': [
      chart({
        title: 'Where do tensors come from, each second?',
        description: 'store: this process made it. peer: from the worker that did. object: from S3.',
        unit: OpsPerSecond,
        stacked: true,
        lines: [[perSecond('medley_tensor_fetch_seconds_count', { by: ['source'] }), '{{source}}']],
      }),
      chart({
        title: 'How long does it take to have a tensor (p95)?',
        unit: Seconds,
        lines: [
          [quantile(0.95, 'medley_tensor_fetch_seconds', { by: ['source'] }), 'fetched: {{source}}'],
          [quantile(0.95, 'medley_tensor_publish_seconds'), 'put to S3'],
        ],
      }),
      chart({
        title: 'How many bytes of tensors are moved each second?',
        unit: BytesPerSecondIEC,
        lines: [
          [perSecond('medley_tensor_moved_bytes_sum', { by: ['direction'] }), '{{direction}}'],
          [perSecond('medley_latent_served_bytes_total'), 'served to other workers'],
        ],
      }),
      chart({
        title: 'How much do workers hold for each other?',
        description: 'What is held while nothing is open is MedleyLatentsOrphaned.',
        unit: BytesIEC,
        lines: [[sumOf('medley_latent_held_bytes', { by: ['process'] }), '{{process}}']],
      }),
      chart({
        title: 'How large are the files that are made (p95)?',
        unit: BytesIEC,
        lines: [[quantile(0.95, 'medley_output_file_bytes', { by: ['format'] }), '{{format}}']],
      }),
    ],
  },
};
