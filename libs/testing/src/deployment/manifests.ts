import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { toolProgram } from '../env.ts';
import { ROOT } from './build-context.ts';

export const OVERLAYS = ['local', 'production', 'gpu'] as const;
export type Overlay = (typeof OVERLAYS)[number];
export type Labels = Record<string, string>;

interface Probe {
  httpGet?: { path: string; port: string | number };
  exec?: { command: string[] };
}

export interface KubernetesContainer {
  name: string;
  image: string;
  args?: string[];
  env?: {
    name: string;
    value?: string;
    valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean }; fieldRef?: { fieldPath: string } };
  }[];
  envFrom?: { configMapRef: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  lifecycle?: { preStop?: { sleep?: { seconds: number } } };
  resources?: { limits?: Labels; requests?: Labels };
  securityContext?: unknown;
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

interface PodSpec {
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  securityContext?: unknown;
  terminationGracePeriodSeconds?: number;
  topologySpreadConstraints?: { labelSelector: { matchLabels: Labels } }[];
  initContainers?: KubernetesContainer[];
  containers: KubernetesContainer[];
  volumes?: { name: string; secret?: { secretName: string; items?: { key: string }[] }; emptyDir?: object }[];
}

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  data?: Labels;
  spec?: unknown;
}

export interface Workload extends Manifest {
  spec: {
    selector?: { matchLabels: Labels };
    strategy?: { rollingUpdate: { maxUnavailable: number } };
    template: { metadata: { labels: Labels }; spec: PodSpec };
  };
}

export interface ScaledObject extends Manifest {
  spec: {
    scaleTargetRef: { name: string };
    triggers: { type: string; metadata: Labels; authenticationRef?: { name: string } }[];
  };
}

/** Where manifests can be rendered: scripts/deployment-tools.mjs was run. */
export const canRender = toolProgram('kubectl') !== undefined;

const rendered = new Map<Overlay, Manifest[]>();

/** What `kubectl kustomize` makes of an overlay. */
export function renderOverlay(overlay: Overlay): Manifest[] {
  const known = rendered.get(overlay);
  if (known !== undefined) return known;
  const folder = join(ROOT, 'k8s/overlays', overlay);
  const text = execFileSync(toolProgram('kubectl')!, ['kustomize', folder], { encoding: 'utf8' });
  const manifests = readManifests(text);
  rendered.set(overlay, manifests);
  return manifests;
}

/** What an overlay becomes with a component of k8s/components. */
export function renderWith(overlay: Overlay, component: string): Manifest[] {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'medley-overlay-')));
  const below = (path: string) => relative(folder, join(ROOT, 'k8s', path));
  const kustomization = { resources: [below(`overlays/${overlay}`)], components: [below(`components/${component}`)] };
  try {
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ namespace: 'medley', ...kustomization }));
    const args = ['kustomize', '--load-restrictor', 'LoadRestrictionsNone', folder];
    return readManifests(execFileSync(toolProgram('kubectl')!, args, { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function readManifests(text: string): Manifest[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => document.toJS() as Manifest | null).filter((document) => document !== null);
}

export const ofKind = <Kind extends Manifest>(manifests: readonly Manifest[], ...kinds: string[]): Kind[] =>
  manifests.filter(({ kind }) => kinds.includes(kind)) as Kind[];

export const workloadsOf = (manifests: readonly Manifest[]): Workload[] =>
  ofKind<Workload>(manifests, 'Deployment', 'StatefulSet', 'Job');

/** Name of an image without its registry, folder, tag and digest. */
export const imageName = (image: string): string => /([\w-]+)(?::[\w.-]+)?(?:@.*)?$/.exec(image)![1]!;

/** Whether a selector's labels are among those. */
export const matches = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

/** Keys that KEDA counts in Redis, by overlay. */
export function scaledRedisKeys(overlay: Overlay): string[] {
  const triggers = ofKind<ScaledObject>(renderOverlay(overlay), 'ScaledObject').flatMap(({ spec }) => spec.triggers);
  return triggers.flatMap(({ type, metadata }) => (type === 'redis' ? metadata['listName']! : []));
}
