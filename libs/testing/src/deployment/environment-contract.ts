import { describe, expect, it } from '@jest/globals';
import { interpolate, readComposeFile, requiredVariables } from './compose-file.ts';
import { ImageFile } from './dockerfile.ts';

export interface ProcessEnvironmentContract {
  /** Stages of docker/Dockerfile that the app runs in. */
  targets: readonly string[];
  /** Every variable that the app reads. */
  names: readonly string[];
  /** Throws EnvironmentError as the app does when it starts. */
  parse: (source: Readonly<Record<string, string>>) => unknown;
}

/** What Node, the S3 client and the health check read themselves. */
const ALSO_READ = ['NODE_ENV', 'HOME', 'METRICS_PORT'];

/** Every variable that the container files give an app is one that it reads, and it starts with them. */
export function environmentContract({ targets, names, parse }: ProcessEnvironmentContract): void {
  const images = new ImageFile();
  const services = Object.entries(readComposeFile().services).filter(([, { build }]) =>
    targets.includes(build?.target ?? ''),
  );

  describe.each(services)('docker-compose.yml, %s', (_, service) => {
    const variables = Object.fromEntries(requiredVariables().map((name) => [name, `mdl_${'x'.repeat(24)}`]));
    const own = Object.entries(service.environment ?? {}).map(([name, value]) => [name, interpolate(value, variables)]);
    const given = Object.fromEntries(own) as Record<string, string>;
    const shell = service.command?.flatMap((word) => /^(\w+)=\$\$\(hostname -i\) exec /.exec(word)?.[1] ?? []) ?? [];
    const addresses = Object.fromEntries(shell.map((name) => [name, '10.0.0.7']));
    const all = { ...images.stage(service.build!.target).environment, ...given, ...addresses };

    it('sets no variable that the app does not read', () => {
      expect(Object.keys(all).filter((name) => !names.includes(name) && !ALSO_READ.includes(name))).toEqual([]);
    });

    it('sets all that the app needs, to what it takes', () => {
      expect(parse(all)).toMatchObject({ MEDLEY_BUNDLES: '/bundles', HOST: '0.0.0.0' });
    });

    it('gives it longer to end than it takes', () => {
      const seconds = Number(/^(\d+)s$/.exec(service.stop_grace_period!)![1]);
      const { MEDLEY_GRACE_SECONDS: grace } = parse(all) as { MEDLEY_GRACE_SECONDS: number };
      expect(seconds).toBeGreaterThan(grace + CLOSE_SECONDS);
      expect(seconds).toBeLessThanOrEqual(30);
    });
  });
}

/** What closing may take after the grace time (libs/runtime/src/shutdown.ts). */
const CLOSE_SECONDS = 5;
