import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Where Grafana knows Prometheus and Jaeger by other names, one picks them at the top. */
export const METRICS_SOURCE: DataSourceRef = { type: 'prometheus', uid: '${metrics}' };
export const TRACES_SOURCE: DataSourceRef = { type: 'jaeger', uid: '${traces}' };

export const metricsSource = () => new DatasourceVariableBuilder('metrics').label('Prometheus').type('prometheus');
export const tracesSource = () => new DatasourceVariableBuilder('traces').label('Jaeger').type('jaeger');

/** All values of a label, any of which may be chosen; all of them at first. */
function choice(name: string, label: string, metric: string) {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(METRICS_SOURCE)
    .query({ query: `label_values(${metric}, ${name})`, refId: name })
    .definition(`label_values(${metric}, ${name})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'] });
}

export const bundles = () => choice('bundle', 'Bundle', 'medley_pool_open_generations');
export const poolStages = () => choice('stage', 'Stage', 'medley_pool_work_seconds');
export const jobStages = () => choice('stage', 'Stage', 'medley_jobs_active');
export const modalities = () => choice('modality', 'Modality', 'medley_diffusion_rows_total');

/** Something that is typed or comes with a link. */
export const typed = (name: string, label: string) => new TextBoxVariableBuilder(name).label(label).defaultValue('');
