// npm test: sets itself up as npm start does, then runs every part in the order of CI and goes on after a failure.
// npm run test:long runs what takes too long for that. Arguments name parts: npm test -- lint unit
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, onOwnNode, root } from './set-up.mjs';

const artifacts = join(root, 'artifacts');
const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' };

/** Milliseconds that a program which has written its report may take to end. */
const LEAVE_MILLISECONDS = 30_000;

/** Resolves with the exit code of a program of node_modules/.bin. One that is done by its `report` and does not end is ended. */
function run(command, args, variables = {}, report = undefined) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...plain, ...variables } });
  let doneAt;
  const look = () => {
    if (report === undefined || !existsSync(report)) return;
    doneAt ??= performance.now();
    if (performance.now() - doneAt < LEAVE_MILLISECONDS) return;
    console.error(`${command} is done and does not end: a test has left something open`);
    child.kill('SIGKILL');
  };
  const watch = setInterval(look, 1_000);
  return new Promise((resolve) => {
    child.on('error', (error) => (console.error(`${command} can't be run: ${error.message}`), resolve(1)));
    child.on('exit', (code) => resolve(code ?? 1));
  }).finally(() => clearInterval(watch));
}

/** One project of Jest. Resolves with the numbers of tests. */
async function jest(project, variables) {
  const report = join(artifacts, `jest-${project}.json`);
  rmSync(report, { force: true });
  const args = ['--selectProjects', project, '--json', '--outputFile', report];
  // Real processes on a machine that does much else take their time; what hangs still ends.
  if (project === 'integration') args.push('--testTimeout', '60000');
  const code = await run('jest', project === 'e2e' ? [...args, '--runInBand'] : args, variables, report);
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = Math.max(numFailedTests, numFailedTestSuites, code === 0 ? 0 : 1);
    return { passed: numPassedTests, failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** A part that is no test: it counts only when it fails. */
const check = async (command, ...args) => ({ passed: 0, failed: (await run(command, args)) === 0 ? 0 : 1 });

async function integration() {
  const { startMoto } = await import('./moto.mjs');
  const { deploymentTools } = await import('./deployment-tools.mjs');
  const tools = deploymentTools(artifacts);
  const moto = await startMoto(artifacts);
  try {
    return await jest('integration', { ...tools, ...moto?.variables });
  } finally {
    await moto?.stop();
  }
}

const PARTS = {
  format: () => check('prettier', '--check', '--log-level', 'warn', '.'),
  lint: () => check('nx', 'run', 'medley:eslint'),
  types: () => check('tsc', '--noEmit'),
  unused: () => check('knip'),
  generated: () => check('node', 'scripts/generate.mjs', '--check'),
  unit: () => jest('unit'),
  integration,
  e2e: () => jest('e2e'),
};
const LONG_PARTS = { long: () => jest('long') };

async function main(argv) {
  const parts = argv.includes('--long') ? LONG_PARTS : PARTS;
  const named = argv.filter((argument) => argument !== '--long');
  const unknown = named.find((name) => !(name in parts));
  if (unknown !== undefined) {
    console.error(`there is no part "${unknown}"; there are ${Object.keys(parts).join(', ')}`);
    return 1;
  }
  mkdirSync(artifacts, { recursive: true });
  const { findRedis } = await import('../libs/embedded/src/launcher/find-redis.ts');
  await findRedis({
    path: process.env.PATH ?? '',
    root: process.getuid?.() === 0,
    terminal: process.stdin.isTTY === true,
    say: console.error,
  });
  if (parts === PARTS && (named.length === 0 || named.includes('e2e'))) {
    const { ensureChromium } = await import('../libs/testing/src/find-chromium.ts');
    ensureChromium({ path: process.env.PATH ?? '', root: process.getuid?.() === 0, say: console.error });
  }
  const { build } = await import('./build.mjs');
  await build();

  const lines = [];
  const total = { passed: 0, failed: 0 };
  for (const name of named.length > 0 ? named : Object.keys(parts)) {
    console.log(`\n== ${name}`);
    const begun = performance.now();
    const { passed, failed } = await parts[name]();
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const counts = passed + failed === 0 ? 'ok' : `${passed} passed, ${failed} failed`;
    lines.push(`${name.padEnd(12)} ${seconds.padStart(7)} s   ${counts}`);
    console.log(`== ${lines.at(-1)}`);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
  writeFileSync(join(artifacts, 'npm-test.json'), `${JSON.stringify(total)}\n`);
  return total.failed === 0 ? 0 : 1;
}

installPackages();
if (onOwnNode()) process.exit(await main(process.argv.slice(2)));
