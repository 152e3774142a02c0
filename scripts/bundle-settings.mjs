// What k8s/ has to know of a bundle, as k8s/bundles/NAME/bundle.yaml: node scripts/bundle-settings.mjs [FOLDER…]; every
// bundle that has a folder in k8s/bundles by default.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { workQuery } from '../bench/autoscale/recommended-settings.ts';
import { queueName } from '../libs/domain/src/job-catalog.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const STAGES = ['encode', 'diffuse', 'decode', 'assemble'];
/** Those that the gateways tell the work of. */
const POOL_STAGES = ['encode', 'diffuse', 'decode'];

/** GPUs are asked for by work and load, other pods by work alone. Every gateway tells the same. */
function queryOf(pool) {
  if (pool.stage === 'diffuse') return workQuery(pool);
  const labels = `stage="${pool.stage}",bundle="${pool.bundle}",digest="${pool.digest}"`;
  return `max by (stage, bundle, digest) (medley_pool_work_seconds{${labels}})`;
}

function settingsOf(folder) {
  const bytes = readFileSync(join(folder, 'bundle.json'));
  const { name } = JSON.parse(bytes.toString('utf8'));
  const digest = createHash('sha256').update(bytes).digest('hex');
  const queues = STAGES.map((stage) => `  ${stage}Queue: ${queueName(stage, { name, digest })}`);
  const queries = POOL_STAGES.map(
    (stage) => `  ${stage}Query: ${queryOf({ stage, bundle: name, digest: digest.slice(0, 8) })}`,
  );
  const text = `# Generated from the bundle by "node scripts/bundle-settings.mjs": its queues, and how much work waits in each. It goes
# into other manifests, not to the cluster.
apiVersion: v1
kind: ConfigMap
metadata:
  name: bundle-${name}
  annotations:
    config.kubernetes.io/local-config: 'true'
data:
  name: ${name}
  digest: ${digest}
${[...queues, ...queries].join('\n')}
`;
  return { name, text };
}

/** Writes the settings of each of these folders. */
export function writeBundleSettings(folders = defaultFolders()) {
  for (const folder of folders) {
    const { name, text } = settingsOf(folder);
    const path = join(root, 'k8s/bundles', name, 'bundle.yaml');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function defaultFolders() {
  const names = globSync('k8s/bundles/*/kustomization.yaml', { cwd: root }).map((file) => basename(dirname(file)));
  return names.map((name) => join(root, 'bundles', name)).filter(existsSync);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folders = process.argv.slice(2);
  writeBundleSettings(folders.length > 0 ? folders : undefined);
}
