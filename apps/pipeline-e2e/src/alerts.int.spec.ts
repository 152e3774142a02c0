import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hasPrometheus } from '@medley/testing';
import { parse } from 'yaml';

const RULES = 'monitoring/alerts.yml';
const rules = readFileSync(RULES, 'utf8');
const runbook = (path: string) => readFileSync(path, 'utf8');

(hasPrometheus() ? describe : describe.skip)('alerts', () => {
  it.each([
    ['are well-formed', ['check', 'rules', '--lint-fatal', RULES]],
    ['fire when they should and not otherwise', ['test', 'rules', 'monitoring/alerts.test.yml']],
  ])('%s', (_, args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  });

  it('are loaded by a configuration of docker-compose.yml that Prometheus takes', () => {
    const { configs } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
      configs: { prometheus: { content: string } };
    };
    const folder = mkdtempSync(join(tmpdir(), 'medley-prometheus-'));
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, configs.prometheus.content);
    const args = ['check', 'config', '--lint-fatal', '--syntax-only', file];
    const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  });
});

describe('runbooks', () => {
  const alerts = [...rules.matchAll(/- alert: (\w+)[^]*?runbook: (\S+)/g)].map(([, name, path]) => ({ name, path }));

  it.each(alerts)('$path is about $name', ({ name, path }) => {
    expect(runbook(path!)).toMatch(new RegExp(`^# ${name}: `));
  });

  it('belong to an alert each', () => {
    const named = new Set(alerts.map(({ path }) => path));
    expect(readdirSync('docs/runbooks').map((file) => `docs/runbooks/${file}`)).toEqual([...named].sort());
    expect(alerts.length).toBe(rules.match(/- alert:/g)?.length);
  });
});
