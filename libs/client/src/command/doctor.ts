import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseManifest } from '@medley/domain';
import type { ParsedCommand } from './arguments.ts';
import { doctorEnvironment, findConnection } from './env.ts';
import type { CommandStreams } from './run-command.ts';

interface Finding {
  name: string;
  ok: boolean;
  detail: string;
}

/** `medley doctor`: every check runs; the exit code is 1 when one fails. */
export async function runDoctor({ options }: ParsedCommand, { out, signal }: CommandStreams): Promise<number> {
  const environment = doctorEnvironment();
  const checks: [string, () => Promise<string>][] = [
    ['service', () => checkService(options, signal)],
    ['bundles', () => checkBundles(environment.bundles)],
  ];
  if (environment.redisUrl !== undefined)
    checks.push(['redis', () => checkAddress(environment.redisUrl!, 6379, signal)]);
  if (environment.s3Endpoint !== undefined)
    checks.push(['s3', () => checkAddress(environment.s3Endpoint!, 443, signal)]);
  const findings: Finding[] = [];
  for (const [name, check] of checks) {
    const finding = await check().then(
      (detail) => ({ name, ok: true, detail }),
      (error: unknown) => ({ name, ok: false, detail: error instanceof Error ? error.message : String(error) }),
    );
    findings.push(finding);
    if (options.json !== true) out.write(`${finding.ok ? 'ok  ' : 'FAIL'} ${finding.name}: ${finding.detail}\n`);
  }
  if (options.json === true) out.write(`${JSON.stringify(findings)}\n`);
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

interface Readiness {
  ready: boolean;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

/** The gateway's /readyz names Redis, S3, the pools and the sandbox, as it sees them. */
async function checkService(
  options: { url?: string | undefined; key?: string | undefined },
  signal: AbortSignal,
): Promise<string> {
  const { url } = findConnection(options);
  const response = await fetch(new URL('/readyz', url), {
    signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
  }).catch(() => {
    throw new Error(`${url} does not answer; is npm start running?`);
  });
  const readiness = (await response.json()) as Readiness;
  const states = Object.entries(readiness.checks).map(
    ([name, { ok, detail }]) => `${name} ${ok ? 'ok' : 'FAILS'}${detail === undefined ? '' : ` (${detail})`}`,
  );
  if (!readiness.ready) throw new Error(`${url} is not ready: ${states.join(', ')}`);
  return `${url} is ready: ${states.join(', ')}`;
}

async function checkBundles(folder: string): Promise<string> {
  const names = await readdir(folder);
  if (names.length === 0) throw new Error(`${folder} holds no bundle`);
  const checked = await Promise.all(
    names.map(async (name) => {
      const { manifest, digest } = parseManifest(await readFile(join(folder, name, 'bundle.json')));
      for (const file of manifest.files) {
        const hash = createHash('sha256');
        await pipeline(createReadStream(join(folder, name, file.path)), hash);
        if (hash.digest('hex') !== file.sha256)
          throw new Error(`${name}/${file.path} differs from the sha256 in its bundle.json`);
      }
      return `${name} ${manifest.version} (${digest.slice(0, 8)})`;
    }),
  );
  return checked.join(', ');
}

/** Whether something listens where the URL points. */
async function checkAddress(url: string, port: number, signal: AbortSignal): Promise<string> {
  const { hostname, port: given } = new URL(url);
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(given === '' ? port : given) };
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ ...address, signal, timeout: 3_000 });
    socket.once('connect', () => (socket.destroy(), resolve()));
    socket.once(
      'timeout',
      () => (socket.destroy(), reject(new Error(`${address.host}:${address.port} does not answer`))),
    );
    socket.once('error', (error) => reject(new Error(`${address.host}:${address.port}: ${error.message}`)));
  });
  return `${address.host}:${address.port} listens`;
}
