import { CountsPerSecond, OpsPerSecond, RowsPerSecond, Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import type { Board } from './board.ts';
import { chart, spread } from './panels.ts';
import { mean, perSecond, quantile, sumOf } from './prometheus-query.ts';
import { metricsSource, modalities } from './variables.ts';

const MODALITY = 'modality=~"$modality"';
const GRAPH = { by: ['modality', 'graph'], where: MODALITY } as const;
const OF_GRAPH = '{{modality}} {{graph}}';

const byModality = (histogram: string) =>
  [
    [quantile(0.5, histogram, { by: ['modality'], where: MODALITY }), 'p50 {{modality}}'],
    [quantile(0.95, histogram, { by: ['modality'], where: MODALITY }), 'p95 {{modality}}'],
  ] as const;

/** What the diffusion engine does with its processors, and what is before and after it. */
export const ENGINE: Board = {
  name: 'engine',
  title: 'Engine',
  description: 'Rows, batches and steps of diffusion; encoders and decoders beside it.',
  variables: [metricsSource(), modalities()],
  rows: {
    'How much does diffusion do?': [
      chart({
        title: 'How many rows does each graph compute each second?',
        unit: RowsPerSecond,
        stacked: true,
        lines: [[perSecond('medley_diffusion_rows_total', GRAPH), OF_GRAPH]],
      }),
      chart({
        title: 'How many calls of graphs run at once, on average?',
        description: 'As many as there are threads: all of them are busy.',
        unit: Short,
        stacked: true,
        lines: [[perSecond('medley_diffusion_call_seconds_sum', GRAPH), OF_GRAPH]],
      }),
      chart({
        title: 'How many runs are in hand?',
        unit: Short,
        lines: [[sumOf('medley_jobs_active', { by: ['process'], where: 'stage="diffuse"' }), '{{process}}']],
      }),
      chart({
        title: 'How many previews get out each second?',
        unit: CountsPerSecond,
        lines: [[perSecond('medley_previews_total', { by: ['modality'], where: MODALITY }), '{{modality}}']],
      }),
    ],
    'How well do runs share batches?': [
      chart({
        title: 'How many rows has a batch, on average?',
        unit: Short,
        lines: [[mean('medley_diffusion_batch_rows', GRAPH), OF_GRAPH]],
      }),
      spread({
        title: 'How are sizes of batches spread?',
        unit: Short,
        query: perSecond('medley_diffusion_batch_rows_bucket', { by: ['le'], where: MODALITY }),
      }),
      chart({
        title: 'What does a row cost?',
        unit: Seconds,
        lines: [
          [
            `${perSecond('medley_diffusion_call_seconds_sum', GRAPH)} / (${perSecond('medley_diffusion_rows_total', GRAPH)} > 0)`,
            OF_GRAPH,
          ],
        ],
      }),
      chart({
        title: 'How long does a call of a graph take (p95)?',
        unit: Seconds,
        lines: [[quantile(0.95, 'medley_diffusion_call_seconds', GRAPH), OF_GRAPH]],
      }),
    ],
    'How long does a step take?': [
      chart({
        title: 'How long does a joint step take, by the number of outputs?',
        description: 'Waiting for the batches of other runs is in it.',
        unit: Seconds,
        lines: [
          [quantile(0.5, 'medley_diffusion_step_seconds', { by: ['outputs'] }), 'p50, {{outputs}} outputs'],
          [quantile(0.95, 'medley_diffusion_step_seconds', { by: ['outputs'] }), 'p95, {{outputs}} outputs'],
        ],
      }),
      chart({
        title: 'How long is a graph loaded for (p95)?',
        description: 'When a worker starts, or was started again.',
        unit: Seconds,
        lines: [
          [
            'histogram_quantile(0.95, sum by (le, graph) (medley_session_load_seconds_bucket{modality=~"$modality"})) >= 0',
            '{{graph}}',
          ],
        ],
      }),
    ],
    'What is before and after it?': [
      chart({
        title: 'How long does a prompt encoder take?',
        unit: Seconds,
        lines: byModality('medley_encode_seconds'),
      }),
      chart({
        title: 'How long does it take from a latent to its medium?',
        unit: Seconds,
        lines: byModality('medley_decode_seconds'),
      }),
      chart({
        title: 'Are embeddings computed, or found in a cache?',
        unit: OpsPerSecond,
        stacked: true,
        lines: [[perSecond('medley_embeddings_total', { by: ['source'], where: MODALITY }), '{{source}}']],
      }),
      chart({
        title: 'How long does it take to write a file (p95)?',
        unit: Seconds,
        lines: [[quantile(0.95, 'medley_media_encode_seconds', { by: ['format'] }), '{{format}}']],
      }),
    ],
  },
};
