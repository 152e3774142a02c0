import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT } from './build-context.ts';
import { readComposeFile } from './compose-file.ts';

const { services, configs } = readComposeFile();
const content = (name: string): unknown => parse(configs[name]!.content);
/** What a service sees at a path that a file or folder of the repository is mounted at, read-only. */
function mounted(service: string, target: string): string {
  const found = services[service]!.volumes!.find((volume) => volume.endsWith(`:${target}:ro`));
  return join(ROOT, found!.slice(0, found!.indexOf(':')));
}

describe('Prometheus in docker-compose.yml', () => {
  const { rule_files: rules, scrape_configs: scrapes } = content('prometheus') as {
    rule_files: string[];
    scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
  };

  it('has the alerts of the project', () => {
    expect(rules.map((path) => mounted('prometheus', path))).toEqual([join(ROOT, 'monitoring/alerts.yml')]);
  });

  it('scrapes every process of ours', () => {
    const named = scrapes.flatMap(({ dns_sd_configs: dns }) => dns.flatMap(({ names }) => names));
    const built = Object.entries(services).filter(([, { build }]) => /^(gateway|\w+-worker)/.test(build?.target ?? ''));
    expect(named.sort()).toEqual(built.map(([name]) => name).sort());
  });
});

describe('Grafana in docker-compose.yml', () => {
  const { datasources } = content('grafana-sources') as { datasources: { type: string; url: string }[] };
  const { providers } = content('grafana-dashboards') as { providers: { options: { path: string } }[] };

  it('has the data sources that the dashboards ask for', () => {
    const boards = globSync(join(ROOT, 'monitoring/dashboards/generated/*.json')).map(
      (file) => JSON.parse(readFileSync(file, 'utf8')) as { templating: { list: { type: string; query: unknown }[] } },
    );
    const asked = boards.flatMap(({ templating }) =>
      templating.list.filter(({ type }) => type === 'datasource').map(({ query }) => query),
    );
    expect([...new Set(asked)].sort()).toEqual(datasources.map(({ type }) => type).sort());
    for (const { type, url } of datasources) {
      const { hostname, port } = new URL(url);
      expect(hostname).toBe(type);
      expect(services[hostname]!.ports!.some((published) => published.endsWith(`:${port}`))).toBe(true);
    }
  });

  it('shows the dashboards of the repository, and begins with one of them', () => {
    const folders = providers.map(({ options }) => options.path);
    expect(folders.map((path) => mounted('grafana', path))).toEqual([join(ROOT, 'monitoring/dashboards/generated')]);
    const home = services['grafana']!.environment!['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']!;
    expect(home.startsWith(`${folders[0]}/`)).toBe(true);
    const { uid } = JSON.parse(
      readFileSync(join(mounted('grafana', folders[0]!), home.slice(folders[0]!.length)), 'utf8'),
    ) as {
      uid: string;
    };
    expect(uid).toBe('medley-overview');
  });

  it('writes to its volume alone, and lets nobody in without a password', () => {
    const { read_only: readOnly, cap_drop: dropped, environment = {} } = services['grafana']!;
    expect([readOnly, dropped]).toEqual([true, ['ALL']]);
    expect(environment['GF_SECURITY_ADMIN_PASSWORD']).toMatch(/^\$\{GRAFANA_PASSWORD:\?/);
    expect(environment['GF_USERS_ALLOW_SIGN_UP']).toBe('false');
    expect(Object.keys(environment).filter((name) => name.startsWith('GF_AUTH_ANONYMOUS'))).toEqual([]);
  });
});
