import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type Dashboard,
  type DashboardLink,
  type Panel,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Every dashboard has it: links at the top lead to all that do. */
const TAG = 'medley';

export interface Board {
  /** Part of its address: /d/medley-<name>. */
  name: string;
  title: string;
  description: string;
  variables: readonly Builder<VariableModel>[];
  /** Panels under a heading each. */
  rows: Readonly<Record<string, readonly Builder<Panel>[]>>;
}

/** To every other dashboard with the same time and choices; in sight, not in a menu. */
function linkToAll(): DashboardLink {
  const { placement: _menu, ...link } = new DashboardLinkBuilder('Medley')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .keepTime(true)
    .includeVars(true)
    .build();
  return link;
}

/** The dashboard, with its panels numbered in order. */
export function buildBoard({ name, title, description, variables, rows }: Board): Dashboard {
  const builder = new DashboardBuilder(`Medley: ${title}`)
    .uid(`medley-${name}`)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .readonly()
    .variables([...variables])
    .link({ build: linkToAll });
  for (const [heading, panels] of Object.entries(rows)) {
    builder.withRow(new RowBuilder(heading));
    for (const panel of panels) builder.withPanel(panel);
  }
  const dashboard = builder.build();
  for (const [index, panel] of dashboard.panels!.entries()) panel.id = index + 1;
  return dashboard;
}
