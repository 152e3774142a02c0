// Regenerates committed generated code. With --check it fails when that changes anything.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveConfig } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' });

run('buf', ['lint', 'proto']);
run('buf', ['generate', 'proto', '--template', 'proto/buf.gen.yaml']);

const DOCUMENT = 'apps/gateway/openapi.json';
const TYPES = 'libs/client/src/generated/openapi.ts';
const METRICS = 'docs/metrics.md';
const SETTINGS = 'docs/settings.md';
const write = (path, text) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const { openApiDocument } = await import('../apps/gateway/src/openapi/document.ts');
const { default: typesOf, astToString } = await import('openapi-typescript');
const document = JSON.stringify(openApiDocument(), null, 2);
write(DOCUMENT, `${document}\n`);
// Types can't say that one of several fields is required.
const isRequirement = (choice) => Object.keys(choice).join() === 'required';
const typed = JSON.parse(document, (key, value) => (key === 'oneOf' && value.every(isRequirement) ? undefined : value));
// A field with a default may be left out of a request.
const options = { defaultNonNullable: false, rootTypes: true, rootTypesNoSchemaPrefix: true };
write(TYPES, `// Generated from ${DOCUMENT} by "npm run generate".\n${astToString(await typesOf(typed, options))}`);

const { metricsDocument } = await import('./metrics-document.mjs');
write(METRICS, await metricsDocument(await resolveConfig(join(root, METRICS))));

const { settingsDocument } = await import('./settings-document.mjs');
write(SETTINGS, await settingsDocument(await resolveConfig(join(root, SETTINGS))));

const { dashboards } = await import('../monitoring/dashboards/index.ts');
for (const [name, dashboard] of dashboards())
  write(`monitoring/dashboards/generated/${name}.json`, `${JSON.stringify(dashboard, null, 2)}\n`);

const { writeBundleSettings } = await import('./bundle-settings.mjs');
writeBundleSettings();

if (process.argv.includes('--check')) {
  const changed = execFileSync(
    'git',
    ['status', '--porcelain', '--', '*/generated/*', 'k8s/bundles/*/bundle.yaml', DOCUMENT, METRICS, SETTINGS],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (changed !== '') {
    console.error(`generated code differs from what is committed; run "npm run generate" and commit:\n${changed}`);
    process.exit(1);
  }
}
