// Bundles every process into dist/: our own code into one file each, packages stay in node_modules.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.sources');

/** The digest of everything that the build reads. */
function sourcesDigest() {
  const hash = createHash('sha256');
  const files = [
    'apps/*/src/**/*.ts',
    'libs/*/src/**/*.ts',
    'apps/*/package.json',
    'libs/*/package.json',
    'scripts/build.mjs',
  ]
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => !file.endsWith('.spec.ts'))
    .sort();
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** Everything that is not ours, and not a file of ours, stays an import. */
const vendorsExternal = {
  name: 'vendors-external',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@medley/') ? undefined : { path, external: true },
    );
  },
};

/** Files that run as a worker thread or a child process of their own lie beside the main file that starts them. */
function sideEntries(folder, seen = new Set()) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const lib = join('libs', name.replace('@medley/', ''));
    if (!name.startsWith('@medley/') || seen.has(lib)) continue;
    seen.add(lib);
    sideEntries(lib, seen);
  }
  return [folder, ...seen].flatMap((lib) => globSync(`${lib}/src/**/*-{thread,child}.ts`, { cwd: root }));
}

const processes = [
  ...['gateway', 'encoder-worker', 'diffusion-worker', 'decoder-worker'].map((app) => ({
    folder: `apps/${app}`,
    main: `apps/${app}/src/main.ts`,
    out: `apps/${app}`,
  })),
  { folder: 'libs/embedded', main: 'libs/embedded/src/launcher/main.ts', out: 'launcher' },
  { folder: 'libs/embedded', main: 'libs/embedded/src/s3/main.ts', out: 'object-store' },
  { folder: 'libs/client', main: 'libs/client/src/command/main.ts', out: 'client' },
].filter(({ main }) => existsSync(join(root, main)));

export async function build() {
  const digest = sourcesDigest();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return false;
  const { build: esbuild } = await import('esbuild');
  // Built beside and put in place at once: a process that starts meanwhile finds a whole dist/.
  const fresh = join(root, `.dist-${process.pid}`);
  rmSync(fresh, { recursive: true, force: true });
  await Promise.all(
    processes.map(({ folder, main, out }) =>
      esbuild({
        absWorkingDir: root,
        entryPoints: [main, ...sideEntries(folder)].map((file) => ({
          in: file,
          out: file === main ? 'main' : basename(file, '.ts'),
        })),
        outdir: join(fresh, out),
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node24',
        sourcemap: 'linked',
        legalComments: 'none',
        logLevel: 'warning',
        plugins: [vendorsExternal],
      }),
    ),
  );
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, '.sources'), digest);
  const old = `${fresh}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const started = Date.now();
  console.log((await build()) ? `built in ${Date.now() - started} ms` : 'dist/ is up to date');
}
