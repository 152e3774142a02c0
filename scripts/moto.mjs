// moto's server (PyPI): a second opinion for the S3 contract. It needs Python, which is all right to be missing on a
// developer's machine, but not in CI.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PACKAGE = 'moto[server]==5.2.5';
const BUCKET = 'medley';

/** Starts it on a free port; undefined where there is no Python. */
export async function startMoto(folder) {
  const venv = join(folder, 'moto');
  const program = join(venv, 'bin', 'moto_server');
  if (!existsSync(program) && !install(venv)) {
    if (process.env.CI) throw new Error(`${PACKAGE} could not be installed; python3 with venv is needed`);
    console.error(`the S3 contract is not run against moto here: ${PACKAGE} could not be installed`);
    return undefined;
  }
  const port = await freePort();
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill();
    await ended;
  };
  for (let left = 300; !(await createBucket(endpoint)); left -= 1) {
    if (left === 0 || child.exitCode !== null) {
      await stop();
      throw new Error('moto_server does not answer');
    }
    await delay(100);
  }
  return {
    stop,
    variables: {
      MEDLEY_TEST_S3_ENDPOINT: endpoint,
      MEDLEY_TEST_S3_BUCKET: BUCKET,
      MEDLEY_TEST_S3_SIGNATURES: 'ignored',
      MEDLEY_TEST_S3_DIGESTS: 'ignored',
    },
  };
}

function install(venv) {
  const run = (command, ...args) => spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  return run('python3', '-m', 'venv', venv) && run(join(venv, 'bin', 'pip'), 'install', '--quiet', PACKAGE);
}

async function createBucket(endpoint) {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';
  return fetch(`${endpoint}/${BUCKET}`, { method: 'PUT', headers: { authorization } }).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
