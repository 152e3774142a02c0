import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as HeatmapBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { METRICS_SOURCE } from './variables.ts';

/** What a line is drawn from, and what it is called: labels as `{{stage}}`. */
type Line = readonly [query: string, legend: string];

/** A question and what answers it. */
interface Question {
  title: string;
  /** One of Grafana's names of units. */
  unit: string;
  lines: readonly Line[];
  /** What the title does not say; shown at the panel's corner. */
  description?: string;
  /** In 24ths of the width. */
  width?: number;
}

interface ChartOptions extends Question {
  /** Areas on top of each other: parts of a whole. */
  stacked?: boolean;
  /** Where something is wrong from; drawn as a line. */
  limit?: number;
  /** Of the axis, for what is always within it, such as a share. */
  most?: number;
  /** For what spans more than a thousandfold. */
  logarithmic?: boolean;
}

const HEIGHT = 8;
const STAT_HEIGHT = 4;

const targetsOf = (lines: readonly Line[]) =>
  lines.map(([query, legend], index) =>
    new DataqueryBuilder()
      .datasource(METRICS_SOURCE)
      .expr(query)
      .legendFormat(legend)
      .range()
      .refId(String.fromCharCode('A'.charCodeAt(0) + index)),
  );

/** Red from `limit` on, or below `least`. */
function colours({ limit, least }: { limit?: number | undefined; least?: number | undefined }) {
  const steps =
    least === undefined
      ? [{ value: null, color: 'green' }, ...(limit === undefined ? [] : [{ value: limit, color: 'red' }])]
      : [
          { value: null, color: 'red' },
          { value: least, color: 'green' },
        ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** Lines over time, with a table of their latest and greatest values. */
export function chart(options: ChartOptions): TimeSeriesBuilder {
  const { title, unit, lines, description, width = 12, stacked = false, limit, most, logarithmic = false } = options;
  const panel = new TimeSeriesBuilder()
    .title(title)
    .datasource(METRICS_SOURCE)
    .targets(targetsOf(lines))
    .unit(unit)
    .min(0)
    .span(width)
    .height(HEIGHT)
    .fillOpacity(stacked ? 60 : 0)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None).group('A'))
    .thresholds(colours({ limit }))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (description !== undefined) panel.description(description);
  if (most !== undefined) panel.max(most);
  if (limit !== undefined)
    panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  if (logarithmic)
    panel.scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10)).min(0.001);
  return panel;
}

interface FigureOptions extends Question {
  /** Where something is wrong from. */
  limit?: number;
  /** Below which something is wrong. */
  least?: number;
}

/** One number, green or red, with its course behind it. */
export function figure({ title, unit, lines, description, width = 6, limit, least }: FigureOptions): StatBuilder {
  const panel = new StatBuilder()
    .title(title)
    .datasource(METRICS_SOURCE)
    .targets(targetsOf(lines))
    .unit(unit)
    .span(width)
    .height(STAT_HEIGHT)
    .graphMode(BigValueGraphMode.Area)
    .colorMode(BigValueColorMode.Value)
    .thresholds(colours({ limit, least }))
    .noValue('none yet');
  if (description !== undefined) panel.description(description);
  return panel;
}

/** How the values of a histogram are spread over time. `query` has the label `le`. */
export function spread({ title, unit, query, description, width = 12 }: Omit<Question, 'lines'> & { query: string }) {
  const panel = new HeatmapBuilder()
    .title(title)
    .datasource(METRICS_SOURCE)
    .withTarget(
      new DataqueryBuilder()
        .datasource(METRICS_SOURCE)
        .expr(query)
        .legendFormat('{{le}}')
        .format(PromQueryFormat.Heatmap)
        .range()
        .refId('A'),
    )
    .unit(unit)
    .span(width)
    .height(HEIGHT);
  if (description !== undefined) panel.description(description);
  return panel;
}
