import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MedleyClient } from '@medley/client';
import { serviceEnvironment } from './env.ts';
import { descendants, type ProcessRow } from '@medley/embedded';

/** A way of its own into this lib: outside of Jest the other one can't be taken. */
export type { ProcessRow };

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Longest time that everything may take to end. */
const STOP_MILLISECONDS = 20_000;

export type App = 'gateway' | 'encoder-worker' | 'diffusion-worker' | 'decoder-worker';

export interface ServiceOptions {
  /** Bundles to serve. */
  models: readonly string[];
  /** Name of the folder under artifacts/ that the processes' logs are left in. */
  logs: string;
  /** Added to the environment of every process. */
  variables?: Readonly<Record<string, string>>;
}

/** Everything that `npm start` runs, on free ports and in a folder of its own. */
export class Service {
  readonly url: string;
  readonly key: string;
  readonly client: MedleyClient;
  readonly #launcher: ChildProcess;
  readonly #folder: string;
  readonly #logs: string;

  private constructor(launcher: ChildProcess, folder: string, logs: string, running: { url: string; key: string }) {
    this.#launcher = launcher;
    this.#folder = folder;
    this.#logs = logs;
    this.url = running.url;
    this.key = running.key;
    this.client = new MedleyClient(running);
  }

  /** Resolves when every process is ready. Rejects with the launcher's words when it gives up. */
  static async start({ models, logs, variables = {} }: ServiceOptions): Promise<Service> {
    const folder = await mkdtemp(join(tmpdir(), 'medley-e2e-'));
    const launcher = spawn(
      process.execPath,
      [join(ROOT, 'scripts/start.mjs'), '--json', '--port', '0', '--data', folder],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: serviceEnvironment({ MEDLEY_MODELS: models.join(','), ...variables }),
      },
    );
    // A test process that goes away takes the service along.
    const abandon = () => void launcher.kill('SIGTERM');
    process.once('exit', abandon);
    launcher.once('exit', () => process.off('exit', abandon));
    const words = text(launcher.stderr);
    const line = once(launcher.stdout, 'data').then(([chunk]) => String(chunk));
    const early = once(launcher, 'exit').then(async () => {
      throw new Error(`the service did not start: ${await words}`);
    });
    try {
      const running = JSON.parse(await Promise.race([line, early])) as { url: string; key: string };
      early.catch(() => undefined); // From now on its exit is the test's own doing.
      return new Service(launcher, folder, logs, running);
    } catch (error) {
      await keepLogs(folder, logs);
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Processes of the service with their children, as they run now. */
  async processes(): Promise<ProcessRow[]> {
    return descendants(this.#launcher.pid!);
  }

  /** Id of an app's present process. Waits for one where it is being started again. */
  async processId(app: App): Promise<number> {
    for (;;) {
      const found = (await this.processes()).find(({ command }) => command.includes(`dist/apps/${app}/main.js`));
      if (found !== undefined) return found.id;
      await delay(50);
    }
  }

  async signal(app: App, signal: NodeJS.Signals): Promise<void> {
    process.kill(await this.processId(app), signal);
  }

  /** Lines of an app's log so far. */
  async log(app: App): Promise<string[]> {
    return (await readFile(join(this.#folder, 'logs', `${app}.log`), 'utf8')).split('\n');
  }

  /** Ends every process, leaves the logs under artifacts/ and deletes the rest. */
  async stop(): Promise<void> {
    const left = await this.processes();
    if (this.#launcher.exitCode === null && this.#launcher.signalCode === null) {
      const exited = once(this.#launcher, 'exit');
      this.#launcher.kill('SIGTERM');
      const limit = setTimeout(() => this.#launcher.kill('SIGKILL'), STOP_MILLISECONDS);
      await exited;
      clearTimeout(limit);
    }
    for (const { id } of left) killIfAlive(id);
    await keepLogs(this.#folder, this.#logs);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function keepLogs(folder: string, name: string): Promise<void> {
  const kept = join(ROOT, 'artifacts', name);
  await rm(kept, { recursive: true, force: true });
  await cp(join(folder, 'logs'), kept, { recursive: true }).catch(() => undefined); // There may be none yet.
}

function killIfAlive(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It has ended, as it should.
  }
}
