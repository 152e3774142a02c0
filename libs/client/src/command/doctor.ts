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

/**
 * `medley doctor`: every check runs; the exit code is 1 when one fails. Redis, S3 with its conditional puts, and the sandbox
 * are looked at through /readyz of the processes that use them; where none runs, Redis and S3 of the environment are called.
 */
export async function runDoctor({ options }: ParsedCommand, { out, signal }: CommandStreams): Promise<number> {
  const environment = doctorEnvironment();
  const findings = [
    ...(await checkService(options, environment, signal)),
    await find('bundles', () => checkBundles(environment.bundles)),
    ...(await Promise.all(
      Object.entries(environment.processes).map(([name, url]) => find(name, () => checkProcess(url, signal))),
    )),
  ];
  if (options.json === true) out.write(`${JSON.stringify(findings)}\n`);
  else for (const { name, ok, detail } of findings) out.write(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}\n`);
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

async function find(name: string, check: () => Promise<string>): Promise<Finding> {
  try {
    return { name, ok: true, detail: await check() };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

interface Readiness {
  ready: boolean;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

/** The service as a whole, then Redis and S3 as it sees them. */
async function checkService(
  options: { url?: string | undefined; key?: string | undefined },
  { redisUrl, s3Endpoint }: ReturnType<typeof doctorEnvironment>,
  signal: AbortSignal,
): Promise<Finding[]> {
  try {
    const { url } = findConnection(options);
    const { ready, checks } = await readReadiness(url, signal);
    return [
      { name: 'service', ok: ready, detail: `${url} ${ready ? 'is ready' : 'is not ready'}` },
      ...Object.entries(checks).map(([name, { ok }]) => {
        const detail = ok ? 'holds' : 'fails; the port of METRICS_PORT and the log of the gateway say why';
        return { name: `service ${name}`, ok, detail };
      }),
    ];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const places = Object.entries({ redis: [redisUrl, 6379], s3: [s3Endpoint, 443] } as const);
    const found = places.flatMap(([name, [url, port]]) =>
      url === undefined ? [] : [find(name, () => checkAddress(url, port, signal))],
    );
    return [{ name: 'service', ok: false, detail }, ...(await Promise.all(found))];
  }
}

/** A worker in its own words, its sandbox among them. */
async function checkProcess(url: string, signal: AbortSignal): Promise<string> {
  const { ready, checks } = await readReadiness(url, signal);
  const states = Object.entries(checks).map(([name, { ok, detail = '' }]) => `${name} ${ok ? '' : 'FAILS: '}${detail}`);
  if (!ready) throw new Error(states.join(', '));
  return states.join(', ');
}

async function readReadiness(url: string, signal: AbortSignal): Promise<Readiness> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
  const response = await fetch(new URL('/readyz', url), { signal: limit }).catch(() => {
    throw new Error(`${url} does not answer; is npm start running?`);
  });
  return (await response.json()) as Readiness;
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
