import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Health, Metrics, OperationsServer, tracingFields } from '@medley/runtime';
import { toolProgram } from '../env.ts';
import { ROOT } from './build-context.ts';
import { customResourceValidator } from './custom-resource-schema.ts';
import {
  OVERLAYS,
  canRender,
  matches,
  ofKind,
  readManifests,
  renderOverlay,
  renderWith,
  workloadsOf,
  type Labels,
  type Manifest,
  type Overlay,
  type ScaledObject,
} from './manifests.ts';
import { allowedCalls, deniesByDefault } from './network.ts';

jest.setTimeout(120_000);

const CUSTOM = {
  ScaledObject: 'keda.sh_scaledobjects.yaml',
  TriggerAuthentication: 'keda.sh_triggerauthentications.yaml',
} as const;
const isCustom = ({ kind }: Manifest): boolean => kind in CUSTOM;
const suite = canRender ? describe : describe.skip;

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'medley-manifests-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What kubernetes-validate says of manifests against the schemas of Kubernetes 1.37; empty when all is well. */
function complaints(manifests: readonly Manifest[]): string {
  const file = join(folder, 'manifests.yaml');
  writeFileSync(file, manifests.map((one) => JSON.stringify(one)).join('\n---\n'));
  const args = ['-k', '1.37', '--strict', '--quiet', file];
  const { status, stdout, stderr } = spawnSync(toolProgram('kubernetes-validate')!, args, { encoding: 'utf8' });
  return status === 0 && stdout === '' ? stderr : `${status}: ${stdout}${stderr}`;
}

suite('a schema', () => {
  it('refuses a field that Kubernetes or KEDA does not know', () => {
    const manifests = renderOverlay('production');
    const [service] = ofKind(manifests, 'Service');
    expect(complaints([service!])).toBe('');
    expect(complaints([{ ...service!, spec: { ...(service!.spec as object), port: 80 } }])).toMatch(/port/);
    const [scaled] = ofKind<ScaledObject>(manifests, 'ScaledObject');
    const validate = customResourceValidator(CUSTOM.ScaledObject);
    expect(validate(scaled)).toBe(true);
    expect(validate({ ...scaled, spec: { ...scaled!.spec, minReplicas: 1 } })).toBe(false);
  });
});

suite.each(OVERLAYS)('k8s/overlays/%s', (overlay: Overlay) => {
  const manifests = canRender ? renderOverlay(overlay) : [];
  const workloads = workloadsOf(manifests);
  const pods = workloads.map(({ metadata, spec }) => ({ name: metadata.name, ...spec.template.spec }));
  const labelled = workloads.map(({ spec }) => spec.template.metadata.labels);
  const services = workloads.filter(({ kind }) => kind === 'Deployment');

  it('is what Kubernetes and KEDA allow, with no unknown field', () => {
    expect(manifests.length).toBeGreaterThan(15);
    expect(complaints(manifests.filter((one) => !isCustom(one)))).toBe('');
    for (const [kind, file] of Object.entries(CUSTOM)) {
      const validate = customResourceValidator(file);
      const errors = ofKind(manifests, kind).flatMap((one) => (validate(one) ? [] : validate.errors!));
      expect(errors).toEqual([]);
    }
  });

  it('keeps to the restricted standard of pod security, on roots that are not written to', () => {
    const namespace = ofKind(manifests, 'Namespace')[0]!;
    expect(namespace.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    for (const { containers, initContainers = [], securityContext, automountServiceAccountToken } of pods) {
      expect(automountServiceAccountToken).toBe(false);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of [...containers, ...initContainers])
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  it('limits every container, and names every image in one version', () => {
    for (const { containers, initContainers = [] } of pods)
      for (const { resources, image } of [...containers, ...initContainers]) {
        expect(resources).toMatchObject({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { cpu: expect.any(String), memory: expect.any(String) },
        });
        expect(image).toMatch(/:[\w.-]+(@sha256:[0-9a-f]{64})?$/);
        expect(image).not.toMatch(/:latest$/);
      }
  });

  it('asks every app at routes that there are', async () => {
    const health = new Health();
    health.register('redis', () => undefined);
    const server = new OperationsServer(health, new Metrics('test'));
    const base = await server.listen('127.0.0.1', 0);
    expect((await fetch(`${base}/nowhere`)).status).toBe(404);
    for (const { metadata, spec } of services) {
      const [container] = spec.template.spec.containers;
      const { startupProbe, readinessProbe, livenessProbe, ports } = container!;
      const port = ports!.find(({ name }) => name === 'operations');
      expect(port?.containerPort).toBe(9464);
      for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
        expect(probe?.httpGet?.port).toBe('operations');
        expect([200, 503]).toContain((await fetch(`${base}${probe!.httpGet!.path}`)).status);
      }
      // One that has lost Redis is given no work, but is not killed for it; the API answers all the same.
      const ready = metadata.name === 'gateway' ? '/readyz?exclude=redis' : '/readyz';
      expect([readinessProbe!.httpGet!.path, livenessProbe!.httpGet!.path]).toEqual([ready, '/healthz']);
    }
    await server.close();
  });

  it('takes no pod away before another one is ready', () => {
    for (const { spec } of services) expect(spec.strategy!.rollingUpdate.maxUnavailable).toBe(0);
  });

  it('selects pods that there are', () => {
    for (const { spec } of workloads.filter(({ kind }) => kind !== 'Job')) {
      const { labels } = spec.template.metadata;
      expect(matches(spec.selector!.matchLabels, labels)).toBe(true);
      for (const { labelSelector } of spec.template.spec.topologySpreadConstraints ?? [])
        expect(matches(labelSelector.matchLabels, labels)).toBe(true);
      const others = workloads.filter((one) => matches(spec.selector!.matchLabels, one.spec.template.metadata.labels));
      expect(others).toHaveLength(1);
    }
    const selectors = [
      ...ofKind<Manifest & { spec: { selector: Labels } }>(manifests, 'Service').map(({ spec }) => spec.selector),
      ...ofKind<Manifest & { spec: { selector: { matchLabels: Labels } } }>(manifests, 'PodDisruptionBudget').map(
        ({ spec }) => spec.selector.matchLabels,
      ),
    ];
    for (const selector of selectors) expect(labelled.some((labels) => matches(selector, labels))).toBe(true);
  });

  it('scales deployments that there are', () => {
    const names = services.map(({ metadata }) => metadata.name);
    const scaled = ofKind<ScaledObject>(manifests, 'ScaledObject', 'HorizontalPodAutoscaler');
    for (const { spec } of scaled) expect(names).toContain(spec.scaleTargetRef.name);
    expect(scaled.length).toBe(overlay === 'local' ? 0 : 4);
  });

  it('installs the bundle by the digest that its manifest has', () => {
    const manifest = readFileSync(join(ROOT, 'bundles/picturebook/bundle.json'));
    const digest = createHash('sha256').update(manifest).digest('hex');
    for (const { spec } of services) {
      const { initContainers, containers } = spec.template.spec;
      expect(initContainers!.map(({ args }) => args)).toEqual([['picturebook', digest, '/mnt/bundles']]);
      expect(containers[0]!.volumeMounts).toContainEqual({ name: 'bundles', mountPath: '/bundles', readOnly: true });
    }
  });

  it('takes every secret by reference, from those that k8s/make-secrets.sh makes', () => {
    const path = `${dirname(toolProgram('kubectl')!)}:${process.execPath.replace(/\/[^/]*$/, '')}:/usr/bin:/bin:/usr/local/bin`;
    const redis = overlay === 'local' ? {} : { REDIS_URL: 'rediss://me:a-password@redis.example.com:6380' };
    const text = execFileSync('sh', [join(ROOT, 'k8s/make-secrets.sh')], {
      env: { PATH: path, ...redis },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const secrets = new Map(readManifests(text).map(({ metadata, data }) => [metadata.name, data!]));
    const used = pods.flatMap(({ containers, volumes = [] }) => [
      ...containers.flatMap(({ env = [] }) => env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? [])),
      ...volumes.flatMap(({ secret }) => (secret?.items ?? []).map(({ key }) => ({ name: secret!.secretName, key }))),
      ...volumes.flatMap(({ secret }) => (secret === undefined ? [] : [{ name: secret.secretName, key: undefined }])),
    ]);
    expect(used.length).toBeGreaterThan(10);
    for (const { name, key } of used)
      expect(Object.keys(secrets.get(name) ?? {})).toEqual(expect.arrayContaining(key === undefined ? [] : [key]));
    expect([...secrets.keys()].sort()).toEqual([...new Set(used.map(({ name }) => name))].sort());
    expect(ofKind(manifests, 'Secret')).toEqual([]);
    const decode = (key: string) => Buffer.from(secrets.get('medley-redis')![key]!, 'base64').toString();
    expect(new URL(decode('url')).password).toBe(decode('password'));
    if (overlay !== 'local')
      expect([decode('address'), decode('username'), decode('tls')]).toEqual([
        'redis.example.com:6380',
        'me',
        'enable',
      ]);
  });
});

const APPS = ['decoder-worker', 'diffusion-worker', 'encoder-worker', 'gateway', 'gateway-background'];

suite.each(['production', 'gpu'] as const)('the network of k8s/overlays/%s', (overlay) => {
  const manifests = canRender ? renderOverlay(overlay) : [];
  const tensors = [
    'decoder-worker → diffusion-worker:9465',
    'decoder-worker → encoder-worker:9465',
    'diffusion-worker → encoder-worker:9465',
  ];

  it('lets through the calls that there are, and no other', () => {
    expect(deniesByDefault(manifests)).toBe(true);
    const { ingress, egress } = allowedCalls(manifests);
    const metrics = APPS.map((app) => `monitoring → ${app}:9464`);
    expect(ingress).toEqual([...tensors, ...metrics, 'ingress-nginx → gateway:8080'].sort());
    const stores = APPS.flatMap((app) => [443, 6379].map((port) => `${app} → 10.0.0.0/8:${port}`));
    const names = APPS.map((app) => `${app} → kube-system:53`);
    const internet = ['0.0.0.0/0', '2000::/3'].flatMap((network) =>
      [443, 80].map((port) => `gateway-background → ${network}:${port}`),
    );
    expect(egress).toEqual([...tensors, ...stores, ...names, ...internet].sort());
  });

  it('keeps a budget of disruptions for each app', () => {
    expect(
      ofKind(manifests, 'PodDisruptionBudget')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(APPS);
  });
});

suite('k8s/components/traces', () => {
  const plain = canRender ? renderOverlay('production') : [];
  const traced = canRender ? renderWith('production', 'traces') : [];
  const settings = ofKind(traced, 'ConfigMap').find(({ metadata }) => metadata.name.startsWith('medley-settings'))!;

  it('is what Kubernetes allows, and sets what every process reads, to what it takes', () => {
    expect(complaints(traced.filter((one) => !isCustom(one)))).toBe('');
    const variables = Object.entries(settings.data!).filter(([name]) => name.startsWith('OTEL_'));
    expect(variables).toHaveLength(3);
    for (const [name, value] of variables) tracingFields[name as keyof typeof tracingFields].parse(value);
    for (const { spec } of workloadsOf(traced).filter(({ kind }) => kind === 'Deployment'))
      expect(spec.template.spec.containers[0]!.envFrom).toEqual([{ configMapRef: { name: settings.metadata.name } }]);
  });

  it('lets every app call the collector, and nothing else through', () => {
    const { hostname, port } = new URL(settings.data!['OTEL_EXPORTER_OTLP_ENDPOINT']!);
    const namespace = hostname.split('.')[1]!;
    const [before, after] = [allowedCalls(plain), allowedCalls(traced)];
    expect(after.ingress).toEqual(before.ingress);
    const calls = APPS.map((app) => `${app} → ${namespace}:${port}`);
    expect(after.egress).toEqual([...before.egress, ...calls].sort());
  });
});

suite('k8s/overlays/gpu', () => {
  it('runs diffusion alone on GPUs, one a pod, on nodes that have some', () => {
    const pods = workloadsOf(canRender ? renderOverlay('gpu') : []);
    const onGpus = pods.filter(
      ({ spec }) => 'nvidia.com/gpu' in (spec.template.spec.containers[0]!.resources?.limits ?? {}),
    );
    expect(onGpus.map(({ metadata }) => metadata.name)).toEqual(['diffusion-worker-picturebook']);
    const { containers, ...spec } = onGpus[0]!.spec.template.spec;
    expect(containers[0]!.image).toMatch(/\/diffusion-worker-cuda:/);
    expect(containers[0]!.env).toContainEqual({ name: 'MEDLEY_EXECUTION_PROVIDER', value: 'cuda' });
    expect(spec).toMatchObject({ tolerations: [{ key: 'nvidia.com/gpu' }], affinity: { nodeAffinity: {} } });
  });
});
