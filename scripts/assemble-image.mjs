// Puts what the image of an app holds into an empty folder: what was built of it, and the packages that it runs on.
// node scripts/assemble-image.mjs gateway FOLDER; docker/Dockerfile takes its files from there. Needs what npm ci and
// scripts/build.mjs leave, and no package.
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** What is run of an app, by its container or by hand (repair.js), and what that starts of its own; what else was built lies unused beside it. */
const WORKER_FILES = ['main.js', 'media-child.js', 'peers-thread.js', 'session-thread.js'];
const APPS = {
  gateway: { files: ['main.js', 'repair.js'], page: true },
  'encoder-worker': { files: WORKER_FILES },
  'diffusion-worker': { files: WORKER_FILES },
  'decoder-worker': { files: WORKER_FILES },
};

/** Where onnxruntime-node keeps a folder for each system, and in it one for each kind of processor. */
const BINARIES = /onnxruntime-node\/bin\/napi-v\d+\/(\w+)(?:\/(\w+))?$/;

function isForeign(path) {
  const [, platform = process.platform, processor = process.arch] = BINARIES.exec(path) ?? [];
  return platform !== process.platform || processor !== process.arch;
}

function assemble(app, folder) {
  const { files, page = false } = APPS[app];
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  const built = files.map((file) => join('dist/apps', app, file));
  for (const file of [...built, ...built.map((file) => `${file}.map`)]) place(file, join(folder, file));
  if (page) place('dist/playground', join(folder, 'dist/playground'));
  place('docker/health-check.mjs', join(folder, 'health-check.mjs'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ name: `@medley/${app}`, type: 'module' })}\n`);

  const text = built.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  const packages = closureOf(namedPackages(`apps/${app}`, text));
  for (const path of packages) place(path, join(folder, path), (entry) => entry !== join(path, 'node_modules'));
  return packages.length;
}

/** Packages of others that an app and the libs below it declare, as far as the built text names them; all that the app itself declares. */
function namedPackages(app, text) {
  const names = new Set();
  const seen = new Set();
  const visit = (project) => {
    if (seen.has(project)) return;
    seen.add(project);
    for (const name of Object.keys(readJson(join(project, 'package.json')).dependencies ?? {})) {
      if (name.startsWith('@medley/')) visit(join('libs', name.replace('@medley/', '')));
      else if (project === app || text.includes(`"${name}"`) || text.includes(`"${name}/`)) names.add(name);
    }
  };
  visit(app);
  return names;
}

/** Paths in node_modules of packages and of everything that they need, found as Node finds them from the project's root. */
function closureOf(names) {
  const lock = readJson('package-lock.json').packages;
  const found = new Set();
  const visit = (name, from, optional) => {
    const path = placeOf(lock, name, from);
    if (path === undefined || !existsSync(join(root, path))) {
      if (optional) return;
      throw new Error(`${from === '' ? 'the app' : from} needs ${name}, which is not installed; run npm ci`);
    }
    if (found.has(path)) return;
    found.add(path);
    const {
      dependencies = {},
      optionalDependencies = {},
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = lock[path];
    for (const dependency of Object.keys(dependencies)) visit(dependency, path, dependency in optionalDependencies);
    for (const dependency of Object.keys(optionalDependencies)) visit(dependency, path, true);
    for (const peer of Object.keys(peerDependencies)) {
      if (peerDependenciesMeta[peer]?.optional !== true) visit(peer, path, false);
    }
  };
  for (const name of names) visit(name, '', false);
  return [...found].sort();
}

function placeOf(lock, name, from) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in lock) return path;
    if (folder === '') return undefined;
  }
}

/** Puts a file or a folder of the project in place; `wanted` says which folders below. */
function place(source, target, wanted = () => true) {
  const entries = readEntries(source);
  if (entries === undefined) {
    mkdirSync(dirname(target), { recursive: true });
    linkOrCopy(join(root, source), target);
    return;
  }
  for (const entry of entries) {
    const path = join(source, entry);
    if (wanted(path) && !isForeign(path)) place(path, join(target, entry), wanted);
  }
}

function readEntries(source) {
  try {
    return readdirSync(join(root, source));
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A second name of the same file takes no time and no room; another disk needs a copy. */
function linkOrCopy(source, target) {
  try {
    linkSync(source, target);
  } catch (error) {
    if (error.code !== 'EXDEV' && error.code !== 'EPERM') throw error;
    copyFileSync(source, target);
  }
}

const [app, folder] = process.argv.slice(2);
if (!(app in APPS) || folder === undefined) {
  console.error(`node scripts/assemble-image.mjs APP FOLDER; APP is one of ${Object.keys(APPS).join(', ')}`);
  process.exit(1);
}
console.log(`${app}: ${assemble(app, resolve(folder))} packages in ${folder}`);
