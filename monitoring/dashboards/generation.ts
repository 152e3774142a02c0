import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TextBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';
import { CountsPerSecond, Seconds } from '@grafana/grafana-foundation-sdk/units';
import type { Board } from './board.ts';
import { chart } from './panels.ts';
import { perSecond, quantile } from './prometheus-query.ts';
import { TRACES_SOURCE, metricsSource, tracesSource, typed } from './variables.ts';

/** Where a generation's trace begins, and the attribute of its spans that names it. */
const FIRST_SERVICE = 'gateway';
const GENERATION_ATTRIBUTE = 'medley.generation.id';

/** A query of Grafana's Jaeger data source, which the SDK has no builder of. */
const jaegerQuery = (fields: Readonly<Record<string, string | number>>): Builder<Dataquery> => ({
  build: () => {
    const query = { refId: 'A', datasource: TRACES_SOURCE, ...fields };
    return query as typeof query & Dataquery;
  },
});

const HOW = `Give the **id of a generation** (\`gen_…\`, as the API answers it), and take one of its traces from the list; or give a
**trace id**, as log lines (\`trace_id\`) and the API's answers (\`x-trace-id\`) have it. One whose trace was not sampled is not in the list.

What its client was told: \`GET /v1/generations/{id}\` and \`…/{id}/events\`.

**Logs** are lines of JSON on stdout of each process and are not kept here. With docker-compose.yml:
\`docker compose logs --no-log-prefix | grep '"generation":"$generation"'\`, or \`grep $trace\`; in a cluster with what collects its
logs.`;

const during = (title: string, histogram: string) =>
  chart({ title, unit: Seconds, lines: [[quantile(0.95, histogram, { by: ['stage'] }), '{{stage}}']] });

/** One generation, by its id or that of its trace. */
export const GENERATION: Board = {
  name: 'generation',
  title: 'One generation',
  description: 'Where the time of one generation went, by its trace, and how the service was meanwhile.',
  variables: [metricsSource(), tracesSource(), typed('generation', 'Generation id'), typed('trace', 'Trace id')],
  rows: {
    'Which trace is it?': [
      new TextBuilder().title('How do I find it?').mode(TextMode.Markdown).content(HOW).span(10).height(9),
      new PanelBuilder()
        .type('table')
        .title('Which traces has this generation?')
        .datasource(TRACES_SOURCE)
        .withTarget(
          jaegerQuery({
            queryType: 'search',
            service: FIRST_SERVICE,
            tags: `${GENERATION_ATTRIBUTE}=$generation`,
            limit: 20,
          }),
        )
        .overrideByName('Trace ID', [
          {
            id: 'links',
            value: [
              {
                title: 'Show it below',
                url: '/d/medley-generation?var-trace=${__value.raw}&${generation:queryparam}&${__url_time_range}',
              },
            ],
          },
        ])
        .span(14)
        .height(9),
    ],
    'Where did its time go?': [
      new PanelBuilder()
        .type('traces')
        .title('Which part of it took how long, in which process?')
        .datasource(TRACES_SOURCE)
        .withTarget(jaegerQuery({ query: '$trace' }))
        .span(24)
        .height(20),
    ],
    'How was the service meanwhile?': [
      during('How long did jobs wait (p95)?', 'medley_job_queue_seconds'),
      during('How long did jobs run (p95)?', 'medley_job_run_seconds'),
      chart({
        title: 'Are spans of traces lost, each second?',
        description: 'queue_full: they came faster than they could be sent. not_sent: the collector did not take them.',
        unit: CountsPerSecond,
        lines: [
          [perSecond('medley_trace_spans_sent_total'), 'sent'],
          [perSecond('medley_trace_spans_dropped_total', { by: ['reason'] }), 'lost: {{reason}}'],
        ],
      }),
    ],
  },
};
