import { describe, expect, it } from '@jest/globals';
import { interpolate, readComposeFile, requiredVariables } from './compose-file.ts';
import { ImageFile } from './dockerfile.ts';
import {
  OVERLAYS,
  canRender,
  imageName,
  ofKind,
  renderOverlay,
  workloadsOf,
  type KubernetesContainer,
  type Manifest,
  type Overlay,
} from './manifests.ts';

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

/** What the containers of one machine, which end at their own addresses, leave at its default. */
const NOT_CHOSEN_IN_COMPOSE = [
  ...['S3_REGION', 'S3_PUBLIC_ENDPOINT', 'LOG_PRETTY', 'OTEL_SERVICE_NAME', 'GATEWAY_ROLES', 'MEDLEY_DEPLOYMENT'],
  ...['MEDLEY_LATENT_BYTES', 'MEDLEY_EXECUTION_PROVIDER'],
];

/** Every variable that the container files give an app is one that it reads, and it starts with them. */
export function environmentContract(contract: ProcessEnvironmentContract): void {
  const { targets, names, parse } = contract;
  for (const overlay of OVERLAYS) clusterContract(overlay, contract);
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

    it('takes what may be chosen from .env', () => {
      const chosen = names.filter((name) => !NOT_CHOSEN_IN_COMPOSE.includes(name));
      expect(chosen.filter((name) => all[name] === undefined)).toEqual([]);
      expect(chosen.filter((name) => service.environment?.[name]?.startsWith(`\${${name}:-`)).length).toBeGreaterThan(
        5,
      );
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

/** Values as they might stand in the secrets that manifests name, and the address of a pod. */
const SECRETS: Readonly<Record<string, string>> = {
  MEDLEY_SECRET: 'a secret of a deployment',
  MEDLEY_BOOTSTRAP_KEY: `mdl_${'x'.repeat(24)}`,
  url: 'rediss://default:secret@redis.example.com:6379',
  S3_ACCESS_KEY_ID: 'an id',
  S3_SECRET_ACCESS_KEY: 'a secret',
};

function clusterEnvironment({ env = [], envFrom = [] }: KubernetesContainer, manifests: readonly Manifest[]) {
  const settings = envFrom.map(
    ({ configMapRef }) =>
      ofKind(manifests, 'ConfigMap').find(({ metadata }) => metadata.name === configMapRef.name)!.data!,
  );
  const own = env.map(({ name, value, valueFrom }) => {
    const key = valueFrom?.secretKeyRef?.key;
    return [name, value ?? (key === undefined ? '10.0.0.7' : (SECRETS[key] ?? ''))];
  });
  return Object.assign({}, ...settings, Object.fromEntries(own)) as Record<string, string>;
}

function clusterContract(overlay: Overlay, { targets, names, parse }: ProcessEnvironmentContract): void {
  (canRender ? describe : describe.skip)(`k8s/overlays/${overlay}`, () => {
    const manifests = canRender ? renderOverlay(overlay) : [];
    const pods = workloadsOf(manifests).map(({ spec }) => spec.template.spec);
    const found = pods.filter(({ containers }) => targets.includes(imageName(containers[0]!.image)));
    const images = new ImageFile();

    it('runs the app with all that it needs, and no variable that it does not read', () => {
      expect(canRender && found.length).not.toBe(0);
      for (const { containers } of found) {
        const container = containers[0]!;
        const image = images.stage(imageName(container.image)).environment;
        const all = { ...image, ...clusterEnvironment(container, manifests) };
        expect(Object.keys(all).filter((name) => !names.includes(name) && !ALSO_READ.includes(name))).toEqual([]);
        expect(parse(all)).toMatchObject({ MEDLEY_BUNDLES: '/bundles', HOST: '0.0.0.0' });
        const ports = (container.ports ?? []).map(({ containerPort }) => String(containerPort));
        const listened = [
          all['METRICS_PORT'],
          all['GRPC_PORT'],
          all['GATEWAY_ROLES'] === 'api' ? all['PORT'] : undefined,
        ];
        expect(ports.sort()).toEqual(listened.filter((port) => port !== undefined).sort());
      }
    });

    it('gives it longer to end than it takes, half a minute at most', () => {
      for (const { containers, terminationGracePeriodSeconds: seconds } of found) {
        const all = { ...images.stage(targets[0]!).environment, ...clusterEnvironment(containers[0]!, manifests) };
        const { MEDLEY_GRACE_SECONDS: grace } = parse(all) as { MEDLEY_GRACE_SECONDS: number };
        const pause = containers[0]!.lifecycle?.preStop?.sleep?.seconds ?? 0;
        expect(seconds).toBeGreaterThan(pause + grace + CLOSE_SECONDS);
        expect(seconds).toBeLessThanOrEqual(30);
      }
    });
  });
}

export { canRender, scaledRedisKeys } from './manifests.ts';
