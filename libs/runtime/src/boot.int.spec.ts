import { afterEach, describe, expect, it } from '@jest/globals';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ListeningMessage } from './process-events.ts';

interface Running {
  child: ChildProcess;
  lines: Record<string, unknown>[];
  exit: Promise<{ code: number | null; messages: unknown[] }>;
  /** Resolves at the next line with this message. */
  logged: (message: string) => Promise<void>;
}

const children: ChildProcess[] = [];

function run(behaviour = 'normal', execArgv: string[] = []): Running {
  const child = fork(fileURLToPath(new URL('./boot.fixture.ts', import.meta.url)), [behaviour], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', ...execArgv],
  });
  children.push(child);
  const lines: Record<string, unknown>[] = [];
  const reader = createInterface({ input: child.stdout! });
  const waiting = new Map<string, () => void>();
  reader.on('line', (line) => {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    lines.push(parsed);
    waiting.get(String(parsed['msg']))?.();
  });
  const readAll = once(reader, 'close');
  const exit = once(child, 'exit').then(async ([code]) => {
    await readAll;
    return { code: code as number | null, messages: lines.map((line) => line['msg']) };
  });
  const logged = (message: string) => new Promise<void>((resolve) => waiting.set(message, resolve));
  return { child, lines, exit, logged };
}

async function listening(child: ChildProcess): Promise<ListeningMessage> {
  const [message] = (await once(child, 'message')) as [ListeningMessage];
  return message;
}

/** For Node: whoever loads more of OpenTelemetry than its types and empty calls, which prom-client loads, fails. */
const WITHOUT_SDK = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(specifier, context, next) {
        const ofSdk = /^@opentelemetry\\/(?!api$)/.test(specifier);
        if (ofSdk) throw new Error('loads ' + specifier);
        return next(specifier, context);
      },
    });`)}`,
];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('boot', () => {
  it('tells its parent where it listens, and answers health and metrics there', async () => {
    const { child } = run();
    const message = await listening(child);
    expect(message).toEqual({
      type: 'listening',
      health: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as unknown,
      api: 'http://127.0.0.1:1',
    });
    const health = await fetch(`${message.health}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok', phase: 'ready' }]);
    const ready = await fetch(`${message.health}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { phase: 'ready', ready: true, checks: { disk: { ok: true, detail: 'writable' } } },
    ]);
    const without = await fetch(`${message.health}/readyz?exclude=disk`);
    expect([without.status, await without.json()]).toEqual([200, { phase: 'ready', ready: true, checks: {} }]);
    const wrong = await fetch(`${message.health}/readyz?exclude=disc`);
    expect([wrong.status, await wrong.text()]).toEqual([400, 'exclude names "disc"; the checks are disk']);
    const metrics = await (await fetch(`${message.health}/metrics`)).text();
    expect(metrics).toContain('medley_fixture_total{process="fixture"} 1');
    expect(metrics).toContain('medley_process_cpu_seconds_total');
    expect(metrics.split('\n').filter((line) => line !== '' && !/^(#|medley_)/.test(line))).toEqual([]);
    expect((await fetch(`${message.health}/other`)).status).toBe(404);
    expect((await fetch(`${message.health}/healthz`, { method: 'POST' })).status).toBe(405);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('closes in order and exits with 0 on %s', async (signal) => {
    const { child, exit } = run();
    await listening(child);
    child.kill(signal);
    const { code, messages } = await exit;
    expect(code).toBe(0);
    expect(messages.slice(-5)).toEqual(['shutting down', 'stopped second', 'closed second', 'closed first', 'closed']);
  });

  it('answers 503 while it drains, and exits at once on a second signal of the same kind', async () => {
    const { child, exit, logged } = run('drain-hangs');
    const { health } = await listening(child);
    const stopped = logged('stopped second');
    child.kill('SIGTERM');
    await stopped;
    const ready = await fetch(`${health}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { phase: 'draining', ready: false }]);
    child.kill('SIGINT');
    expect((await fetch(`${health}/healthz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect((await exit).code).toBe(143);
  });

  it('shuts down when its parent is gone', async () => {
    const { child, exit } = run();
    await listening(child);
    child.disconnect();
    expect(await exit).toMatchObject({ code: 0 });
  });

  it('closes what it started and exits with 1 when the start fails', async () => {
    const { code, messages } = await run('start-fails').exit;
    expect(code).toBe(1);
    expect(messages).toEqual(['could not start', 'shutting down', 'closed first', 'closed']);
  });

  it.each([
    ['throw', 'an exception nobody caught'],
    ['reject', 'a rejection nobody handled'],
  ])('logs what nobody caught (%s) and exits with 1', async (message, logged) => {
    const { child, exit, lines } = run();
    await listening(child);
    child.send(message);
    expect((await exit).code).toBe(1);
    expect(lines.at(-1)).toMatchObject({ level: 'fatal', msg: logged });
    expect(JSON.stringify(lines.at(-1))).toMatch(/thrown in a handler|rejected nowhere/);
  });

  it('does not load the SDK of OpenTelemetry where no traces are sent', async () => {
    expect((await listening(run('normal', WITHOUT_SDK).child)).type).toBe('listening');
  }, 20_000);

  it('loads it where they are', async () => {
    const { exit, lines } = run('traced', WITHOUT_SDK);
    expect((await exit).code).toBe(1);
    expect(JSON.stringify(lines)).toContain('loads @opentelemetry/');
    const sending = run('traced');
    expect((await listening(sending.child)).type).toBe('listening');
    expect(sending.lines.map(({ msg }) => msg)).toContain('traces are sent');
  }, 20_000);
});
