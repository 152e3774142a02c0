import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  copyFileSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { ROOT } from './build-context.ts';
import { readComposeFile, requiredVariables, type ComposeService } from './compose-file.ts';
import { ImageFile } from './dockerfile.ts';

const compose = readComposeFile();
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
/** Runs to its end. */
const isTask = (name: string) =>
  services.some(([, { depends_on }]) => depends_on?.[name]?.condition === 'service_completed_successfully');

describe('docker-compose.yml', () => {
  it('is what the Compose specification allows, with no unknown field', () => {
    const schema = JSON.parse(readFileSync(join(__dirname, 'schemas/compose-spec.json'), 'utf8')) as {
      $schema?: string;
    };
    delete schema.$schema; // It names draft-07 by an address that Ajv does not know it by.
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addFormat('duration', true); // Compose's own durations, such as 10s.
    const validate = ajv.compile(schema);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...compose, services: { ...compose.services, gateway: { imag: 'medley' } } })).toBe(false);
  });

  it.each(ours)('builds %s from a stage that there is', (_, { build }) => {
    expect(existsSync(join(ROOT, build!.dockerfile))).toBe(true);
    expect(new ImageFile().stageNames).toContain(build!.target);
  });

  it.each(services.filter(([, { build }]) => build === undefined))('pins the image of %s by digest', (_, { image }) => {
    expect(image).toMatch(/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
  });

  it.each(ours)('lets %s write to memory alone, without a capability', (_, service) => {
    expect(service).toMatchObject({ read_only: true, tmpfs: ['/tmp:size=512m'], cap_drop: ['ALL'] });
    expect(service.user).toBeUndefined();
  });

  it.each(services)('limits the processor and the memory of %s', (_, { deploy }) => {
    expect(deploy?.resources?.limits).toEqual({ cpus: expect.any(String), memory: expect.any(String) });
  });

  it.each(services.filter(([name]) => !isTask(name)))(
    'looks after the health of %s, and starts it again',
    (_, service) => {
      expect(service.healthcheck?.test.length).toBeGreaterThan(1);
      expect(service.restart).toBe('unless-stopped');
    },
  );

  it('waits for what a service depends on until it is well or done', () => {
    const wrong = services.flatMap(([name, { depends_on = {} }]) =>
      Object.entries(depends_on)
        .filter(([on, { condition }]) => {
          const expected = isTask(on) ? 'service_completed_successfully' : 'service_healthy';
          return compose.services[on] === undefined || condition !== expected;
        })
        .map(([on]) => `${name} on ${on}`),
    );
    expect(wrong).toEqual([]);
  });

  it('names volumes, configurations and networks that there are', () => {
    const missing = services.flatMap(([name, service]) => missingOf(service).map((what) => `${name}: ${what}`));
    expect(missing).toEqual([]);
  });

  it('keeps what accepts jobs and objects off the machine, and the API on its loopback', () => {
    expect(compose.networks['inside']).toEqual({ internal: true });
    for (const [name, { networks, ports = [] }] of services) {
      if (!['gateway', 'prometheus', 'grafana', 'jaeger', 'certificates'].includes(name))
        expect({ name, networks, ports }).toEqual({ name, networks: ['inside'], ports: [] });
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('loses nothing that Redis was told: everything is appended to a file, nothing evicted', () => {
    const options = compose.services['redis']!.command!.join(' ');
    expect(options).toContain('--appendonly yes');
    expect(options).toContain('--maxmemory-policy noeviction');
    expect(options).toContain('--requirepass');
  });
});

function missingOf({ volumes = [], configs = [], networks = [] }: ComposeService): string[] {
  const sources = volumes.map((volume) => volume.split(':')[0]!);
  const gone = sources.filter((source) =>
    source.startsWith('.') ? !statSync(join(ROOT, source), { throwIfNoEntry: false }) : !(source in compose.volumes),
  );
  return [
    ...gone,
    ...configs.map(({ source }) => source).filter((source) => !(source in compose.configs)),
    ...networks.filter((network) => !(network in compose.networks)),
  ];
}

describe('docker/make-environment.sh', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'medley-environment-'));
    mkdirSync(join(folder, 'docker'));
    copyFileSync(join(ROOT, 'docker/make-environment.sh'), join(folder, 'docker/make-environment.sh'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = () => execFileSync('sh', [join(folder, 'docker/make-environment.sh')], { encoding: 'utf8' });

  it('sets every variable that has to be set, once, for its owner alone', () => {
    expect(run()).toMatch(/^KEY=mdl_[A-Za-z0-9_-]{20,}\n$/);
    const path = join(folder, '.env');
    const written = readFileSync(path, 'utf8');
    const names = [...written.matchAll(/^(\w+)=(\w{20,})$/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(requiredVariables().sort());
    expect(statSync(path).mode & 0o077).toBe(0);
    run();
    expect(readFileSync(path, 'utf8')).toBe(written);
  });

  it('adds what an older .env lacks, and leaves the rest as it is', () => {
    run();
    const path = join(folder, '.env');
    const older = readFileSync(path, 'utf8').replace(/^GRAFANA_PASSWORD=.*\n/m, '');
    writeFileSync(path, older);
    expect(run()).not.toContain('mdl_');
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${older}GRAFANA_PASSWORD=\\w{20,}\n$`));
  });
});
