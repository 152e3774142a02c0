// What every command of a fresh clone needs first: the packages of package-lock.json, and Node 24 from among them.
// Runs without any package.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const node = join(bin, 'node');
const stamp = join(modules, '.medley-lock');

/** npm leaves packages out that say they need a newer Node than the one that it runs on; sharp needs this one. */
const OLDEST_NODE = [20, 9];
/** What a registry that can't be reached looks like in npm's words. */
const NO_NETWORK = /\b(EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|E?(?:SOCKET)?TIMEDOUT)\b/;

/** Runs `npm ci` unless what is installed is what package-lock.json names. Its words go to standard error. */
export function installPackages() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest && existsSync(node)) return;
  if (!isInstalled(JSON.parse(lock.toString()))) {
    checkNode();
    console.error('medley: installing the packages of package-lock.json (npm ci); this takes a minute or two, once');
    // Without a network npm would ask three times for each of a thousand packages. What its cache holds may be enough.
    const offline = unreachableRegistry();
    const way = offline === undefined ? ['--loglevel=error'] : ['--loglevel=silent', '--offline'];
    const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', ...way], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      // The package brings what runs on the CPU; its install script would download the rest.
      env: npmEnvironment(),
    });
    if (status !== 0) {
      console.error(`medley: npm ci failed: ${error?.message ?? offline ?? 'its reason stands above'}`);
      process.exit(1);
    }
  }
  writeFileSync(stamp, digest);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  const script = process.env.npm_lifecycle_event ?? 'start';
  console.error(
    `medley: Node ${process.versions.node} is too old; ${OLDEST_NODE.join('.')} or newer is needed. With this one type: npx --yes --package=node@24 -- npm run ${script}`,
  );
  process.exit(1);
}

/** Pauses between npm's tries are short, so that a machine without a network hears of it soon. What the environment sets wins. */
function npmEnvironment() {
  return {
    ONNXRUNTIME_NODE_INSTALL: 'skip',
    npm_config_fetch_retry_mintimeout: '1000',
    npm_config_fetch_retry_maxtimeout: '5000',
    ...process.env,
    PATH: pathWithout(bin),
  };
}

/** In words, when npm can't reach its registry. */
function unreachableRegistry() {
  const npm = (...args) => spawnSync('npm', args, { cwd: root, encoding: 'utf8', env: npmEnvironment() });
  const { status, stderr } = npm('ping', '--loglevel=error', '--fetch-retries=0', '--fetch-timeout=10000');
  const [code] = status === 0 ? [] : (NO_NETWORK.exec(stderr) ?? []);
  if (code === undefined) return undefined;
  const registry = npm('config', 'get', 'registry').stdout.trim();
  return `${registry} can't be reached (${code}); the first start needs a network. A proxy or a mirror is set with npm config set proxy URL, npm config set registry URL`;
}

/** Whether node_modules holds every package of the lock file in its version; optional ones may be missing. */
function isInstalled(lock) {
  const hidden = join(modules, '.package-lock.json');
  if (!existsSync(hidden) || !existsSync(node)) return false;
  const found = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (!path.includes('node_modules/')) return true;
    const present = found[path];
    if (present === undefined) return wanted.optional === true || wanted.devOptional === true;
    return present.version === wanted.version && present.integrity === wanted.integrity;
  });
}

/** npm ci replaces node_modules, so it must not run on the Node in there. */
function pathWithout(folder) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.filter((entry) => entry !== folder).join(delimiter);
}

/**
 * Goes on under the Node of node_modules, with its programs first on the PATH: true when this process is that already.
 * Otherwise it runs the same script there, passes signals on, and ends as that one does.
 */
export function onOwnNode() {
  process.env.PATH = [bin, pathWithout(bin)].join(delimiter);
  const { version } = JSON.parse(readFileSync(join(modules, 'node', 'package.json'), 'utf8'));
  if (process.versions.node === version) return true;
  const child = spawn(node, process.argv.slice(1), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`medley: ${node} can't be run: ${error.message}; delete node_modules and start again`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
  return false;
}
