import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Metrics } from '@medley/runtime';
import { dashboards } from './index.ts';

interface Target {
  refId: string;
  expr?: string;
  legendFormat?: string;
}
interface Panel {
  id: number;
  type: string;
  title: string;
  targets?: Target[];
  fieldConfig?: { defaults: { unit?: string } };
  gridPos: { x: number; y: number; w: number; h: number };
}

const all = [...dashboards()].map(([name, dashboard]) => ({ name, dashboard }));
const panelsOf = (name: string) => (dashboards().get(name)!.panels as Panel[]).filter(({ type }) => type !== 'row');
const queries = all.flatMap(({ name }) =>
  panelsOf(name).flatMap(({ title, targets = [] }) =>
    targets.flatMap(({ expr, legendFormat }) =>
      expr === undefined ? [] : [{ name, title, expr, legend: legendFormat ?? '' }],
    ),
  ),
);

/** Labels of every metric of docs/metrics.md, which is generated from the code; with the values of those that are listed. */
const documented = new Map(
  [...readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(medley_\w+)` +\| (\w+) +\|[^|]*\|([^|]*)\|/gm)].map(
    ([, metric, type, labels]) => [metric!, { type: type!, labels: labelsOf(labels!) }] as const,
  ),
);
const recorded = new Set(
  [...readFileSync('monitoring/alerts.yml', 'utf8').matchAll(/- record: (\S+)/g)].map(([, name]) => name!),
);

function labelsOf(cell: string): Record<string, string[] | undefined> {
  const labels = [...cell.matchAll(/`(\w+)`: ([^;]*)/g)].map(([, label, words]) => {
    const values = words!.trim().split(', ');
    return [label!, values.every((value) => /^[\w-]+$/.test(value)) ? values : undefined] as const;
  });
  return Object.fromEntries(labels);
}

/** A metric's description, whichever of its series a query names. */
function describedAs(series: string) {
  const own = documented.get(series);
  if (own !== undefined) return own;
  const histogram = documented.get(series.replace(/_(bucket|sum|count)$/, ''));
  return histogram?.type === 'histogram' ? histogram : undefined;
}

describe('dashboards', () => {
  let ofNode: string;
  beforeAll(async () => void (ofNode = await new Metrics('test').text()));

  it('are those that are committed', () => {
    const folder = 'monitoring/dashboards/generated';
    expect(readdirSync(folder).sort()).toEqual(all.map(({ name }) => `${name}.json`).sort());
    for (const { name, dashboard } of all)
      expect(JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'))).toEqual(JSON.parse(JSON.stringify(dashboard)));
  });

  it('have addresses and titles of their own, and lead to each other', () => {
    expect(new Set(all.map(({ dashboard }) => dashboard.uid)).size).toBe(all.length);
    expect(new Set(all.map(({ dashboard }) => dashboard.title)).size).toBe(all.length);
    for (const { dashboard } of all) {
      expect(dashboard.tags).toEqual(['medley']);
      expect(dashboard.links).toMatchObject([
        { type: 'dashboards', tags: ['medley'], includeVars: true, keepTime: true },
      ]);
    }
  });

  it.each(all)('$name asks a question in each title, and has a unit and a place for each panel', ({ name }) => {
    const panels = panelsOf(name);
    expect(panels.filter(({ title }) => !title.endsWith('?'))).toEqual([]);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    const measured = panels.filter(({ targets = [] }) => targets.some(({ expr }) => expr !== undefined));
    expect(measured.filter(({ fieldConfig }) => fieldConfig?.defaults.unit === undefined)).toEqual([]);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });

  it.each(queries)('$name: $title names metrics, labels and values that there are', ({ expr }) => {
    const names = [...expr.matchAll(/\b(medley_\w+|medley:\w+:\w+)(?:\{([^}]*)\})?/g)];
    expect(names.length + Number(expr.includes('(ALERTS)'))).toBeGreaterThan(0);
    for (const [, series, selector = ''] of names) {
      const isDefault = ofNode.includes(`# TYPE ${series} `) || recorded.has(series!);
      const described = describedAs(series!);
      expect({ series, known: isDefault || described !== undefined }).toEqual({ series, known: true });
      const labels = { ...described?.labels, process: undefined };
      for (const [, label, value] of selector.matchAll(/(\w+)(?:=|!=|=~|!~)"([^"]*)"/g)) {
        expect(Object.keys(labels)).toContain(label);
        const values = labels[label as keyof typeof labels] as string[] | undefined;
        if (values !== undefined && !value!.includes('$'))
          expect(values).toEqual(expect.arrayContaining(value!.split('|')));
      }
    }
  });

  it.each(queries)('$name: $title tells its lines apart by labels that they have', ({ expr, legend }) => {
    expect(legend).not.toBe('');
    const groups = [...expr.matchAll(/ by \(([^)]*)\)/g)].map(([, labels]) => labels!.split(', '));
    const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
    for (const label of named) expect(groups.every((labels) => labels.includes(label))).toBe(true);
    // What is left of the labels once quantiles and selectors have taken theirs tells lines apart.
    const fixed = [...expr.matchAll(/(\w+)="[^"$]*"/g)].map(([, label]) => label!);
    const told = groups.at(-1)?.filter((label) => label !== 'le' && !fixed.includes(label)) ?? [];
    if (!expr.startsWith('sum(max')) for (const label of told) expect(`${legend}{{le}}`).toContain(`{{${label}}}`);
  });

  it.each(all)('$name has the variables that its queries name', ({ name, dashboard }) => {
    const variables = dashboard.templating.list!.map((variable) => variable.name);
    const text = JSON.stringify(dashboard.panels);
    const used = [...text.matchAll(/\$\{?(?!_)(\w+)/g)].map(([, variable]) => variable!);
    expect([...new Set(used)].sort()).toEqual([...variables].sort());
    expect(panelsOf(name).length).toBeGreaterThan(3);
  });
});

describe('runbooks', () => {
  const addresses = all.map(({ dashboard }) => dashboard.uid);

  it.each(readdirSync('docs/runbooks'))('%s names a dashboard that there is', (file) => {
    const named = [
      ...readFileSync(`docs/runbooks/${file}`, 'utf8').matchAll(/http:\/\/127\.0\.0\.1:3000\/d\/([\w-]+)/g),
    ];
    expect(named.length).toBeGreaterThan(0);
    for (const [, uid] of named) expect(addresses).toContain(uid);
  });
});
