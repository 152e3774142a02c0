import type { ParsedCommand } from './arguments.ts';
import { checkAnswers } from './check-answers.ts';
import { checkBundles } from './check-bundles.ts';
import { findUrl, runningAt, type CommandEnvironment } from './env.ts';
import type { CommandStreams } from './run-command.ts';

interface Finding {
  name: string;
  /** Null where nothing was checked; `detail` says why. */
  ok: boolean | null;
  detail: string;
}

/**
 * `medley doctor`: every check runs; the exit code is 1 when one fails. Redis, S3 with its conditional puts, and the sandbox
 * are looked at through /readyz of the processes that use them, which takes no key. Where no service answers, Redis and S3 of
 * the environment are connected to. What could not be checked is told as that.
 */
export async function runDoctor(
  { options }: ParsedCommand,
  { out, signal }: CommandStreams,
  environment: CommandEnvironment,
): Promise<number> {
  const url = findUrl(options, environment);
  const findings = [
    ...(await checkService(url, environment, signal)),
    await find('bundles', () => checkBundles(environment.bundles, environment.models)),
    ...(await checkProcesses(url === undefined ? {} : (runningAt(url, environment)?.health ?? {}), signal)),
  ];
  signal.throwIfAborted();
  if (options.json === true) out.write(`${JSON.stringify(findings)}\n`);
  else for (const { name, ok, detail } of findings) out.write(`${mark(ok)} ${name}: ${detail}\n`);
  return findings.some(({ ok }) => ok === false) ? 1 : 0;
}

function mark(ok: Finding['ok']): string {
  if (ok === null) return '--  ';
  return ok ? 'ok  ' : 'FAIL';
}

async function find(name: string, check: () => Promise<string>): Promise<Finding> {
  try {
    return { name, ok: true, detail: await check() };
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) };
  }
}

interface Readiness {
  ready: boolean;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

/** The service as a whole, then Redis and S3 as it sees them. */
async function checkService(
  url: string | undefined,
  environment: CommandEnvironment,
  signal: AbortSignal,
): Promise<Finding[]> {
  try {
    if (url === undefined) throw new Error('no service is known here: run npm start, or set MEDLEY_URL, or pass --url');
    const { ready, checks } = await readReadiness(url, signal);
    return [
      { name: 'service', ok: ready, detail: `${url} ${ready ? 'is ready' : 'is not ready'}` },
      ...Object.entries(checks).map(([name, { ok }]) => {
        const detail = ok ? 'holds' : 'fails; the port of METRICS_PORT and the log of the gateway say why';
        return { name: `service ${name}`, ok, detail };
      }),
    ];
  } catch (error) {
    return [{ name: 'service', ok: false, detail: messageOf(error) }, ...(await checkStores(environment, signal))];
  }
}

/** Redis and S3 of the environment, as far as that goes without a service. */
function checkStores({ redisUrl, s3Endpoint }: CommandEnvironment, signal: AbortSignal): Promise<Finding[]> {
  const stores = [
    { name: 'redis', variable: 'REDIS_URL', url: redisUrl, left: 'no command was sent there' },
    { name: 's3', variable: 'S3_ENDPOINT', url: s3Endpoint, left: 'its conditional puts were not checked' },
  ];
  return Promise.all(
    stores.map(async ({ name, variable, url, left }) =>
      url === undefined
        ? unchecked(name, `no service answers, and ${variable} is not set`)
        : find(name, async () => `${await checkAnswers(variable, url, signal)} listens; ${left}`),
    ),
  );
}

/** The processes of `npm start` in their own words; those of the workers tell of the sandbox, which nobody else can. */
async function checkProcesses(processes: Record<string, string>, signal: AbortSignal): Promise<Finding[]> {
  const answers = await Promise.all(
    Object.entries(processes).map(async ([name, url]) => {
      try {
        return { name, ...(await readReadiness(url, signal)) };
      } catch (error) {
        return { name, ready: false, checks: {}, failure: messageOf(error) };
      }
    }),
  );
  const findings = answers.map((answer) => {
    const detail = 'failure' in answer ? answer.failure : describe(answer);
    return { name: answer.name, ok: answer.ready, detail };
  });
  if (answers.some(({ checks }) => 'sandbox' in checks)) return findings;
  return [...findings, unchecked('sandbox', 'the workers tell it, and no worker of npm start answers here')];
}

function describe({ checks }: Readiness): string {
  return Object.entries(checks)
    .map(([name, { ok, detail = '' }]) => `${name} ${ok ? '' : 'FAILS: '}${detail}`)
    .join(', ');
}

async function readReadiness(url: string, signal: AbortSignal): Promise<Readiness> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
  const response = await fetch(new URL('/readyz', url), { signal: limit }).catch(() => {
    throw new Error(`${url} does not answer; is npm start running?`);
  });
  const answer = (await response.json().catch(() => ({}))) as Partial<Readiness>;
  const { ready, checks } = answer;
  if (ready === undefined || checks === undefined)
    throw new Error(`${url} answers ${response.status} to /readyz, not as a service of Medley does`);
  return { ready, checks };
}

function unchecked(name: string, why: string): Finding {
  return { name, ok: null, detail: `not checked: ${why}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
