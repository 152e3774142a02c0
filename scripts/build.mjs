// Bundles every process and the page into dist/: of a process our own code in one file, packages stay in node_modules.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** What is built by itself when what it reads has changed: the folders in dist/, and the digest that they were built of. */
const PARTS = [
  {
    folders: ['apps', 'launcher', 'object-store', 'client'],
    stamp: '.sources',
    sources: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts', 'apps/*/package.json', 'libs/*/package.json'],
    isSource: (file) => !file.startsWith('apps/playground/'),
    build: buildProcesses,
  },
  {
    folders: ['playground'],
    stamp: '.page-sources',
    sources: [
      'apps/playground/{index.html,vite.config.ts,package.json}',
      'apps/playground/src/**/*',
      'libs/client/src/*.ts',
    ],
    isSource: (file) => extname(file) !== '',
    build: buildPage,
  },
];

/** The digest of everything that a part's build reads. */
function digestOf({ sources, isSource }) {
  const hash = createHash('sha256');
  const files = [...sources, 'scripts/build.mjs']
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => !file.endsWith('.spec.ts') && isSource(file))
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
    commands: globSync(`apps/${app}/src/repair.ts`, { cwd: root }),
  })),
  { folder: 'libs/embedded', main: 'libs/embedded/src/launcher/main.ts', out: 'launcher' },
  { folder: 'libs/embedded', main: 'libs/embedded/src/s3/main.ts', out: 'object-store' },
  { folder: 'libs/client', main: 'libs/client/src/command/main.ts', out: 'client' },
].filter(({ main }) => existsSync(join(root, main)));

async function buildProcesses(folder) {
  const { build: esbuild } = await import('esbuild');
  await Promise.all(
    processes.map(({ folder: project, main, out, commands = [] }) =>
      esbuild({
        absWorkingDir: root,
        entryPoints: [main, ...commands, ...sideEntries(project)].map((file) => ({
          in: file,
          out: file === main ? 'main' : basename(file, '.ts'),
        })),
        outdir: join(folder, out),
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
}

/** The page's files, each with its compressed forms beside it: the gateway compresses nothing. */
async function buildPage(folder) {
  const { build: vite } = await import('vite');
  const project = join(root, 'apps/playground');
  const page = join(folder, 'playground');
  await vite({
    root: project,
    configFile: join(project, 'vite.config.ts'),
    configLoader: 'native',
    logLevel: 'warn',
    build: { outDir: page, emptyOutDir: true },
  });
  for (const file of globSync('**/*.{html,js,css,svg}', { cwd: page })) {
    const path = join(page, file);
    const bytes = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(bytes));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

/** Builds what is stale; false when nothing is. */
export async function build() {
  const parts = PARTS.map((part) => {
    const stamp = join(dist, part.stamp);
    const digest = digestOf(part);
    return { ...part, digest, stale: !existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest };
  });
  if (parts.every(({ stale }) => !stale)) return false;
  // Built beside and put in place at once: a process that starts meanwhile finds a whole dist/.
  const fresh = join(root, `.dist-${process.pid}`);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await Promise.all(
    parts.map(async ({ stale, folders, build: buildPart }) => {
      if (stale) await buildPart(fresh);
      else for (const folder of folders) cpSync(join(dist, folder), join(fresh, folder), { recursive: true });
    }),
  );
  for (const { stamp, digest } of parts) writeFileSync(join(fresh, stamp), digest);
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
