import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningDeployment } from './data-folder.ts';

const root = resolve(__dirname, '../../../..');
const BY_NODE = [process.execPath, join(root, 'scripts/start.mjs')];
/** As people type it. */
export const BY_NPM = ['npm', '--prefix', root, 'start', '--'];

/** `npm start` as a process, for tests. `before` are variables, or a command that runs it, as `env` takes them. */
export class Launched {
  readonly child: ChildProcess;
  /** Everything that it printed for people, and its exit code. */
  readonly ended: Promise<{ code: number | null; words: string; output: string }>;
  readonly #data: string;

  constructor(data: string, before: readonly string[] = [], args: readonly string[] = [], program = BY_NODE) {
    const command = [...program, '--json', '--data', data, ...args];
    const child = spawn('env', [...before, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(child, 'exit') as Promise<[number | null]>;
    const printed = Promise.all([text(child.stdout), text(child.stderr)]);
    this.ended = Promise.all([exited, printed]).then(([[code], [output, words]]) => ({ code, output, words }));
    this.#data = data;
    this.child = child;
  }

  /** Resolves when it has printed its line. `data` is where the data folder is seen from here. */
  async ready(data = this.#data): Promise<RunningDeployment> {
    const line = once(this.child.stdout!, 'data');
    const early = this.ended.then(({ words }) => Promise.reject(new Error(`it ended: ${words}`)));
    await Promise.race([line, early]);
    early.catch(() => undefined);
    return JSON.parse(await readFile(join(data, 'running.json'), 'utf8')) as RunningDeployment;
  }

  async stop(signal: NodeJS.Signals): Promise<{ code: number | null; words: string; output: string }> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** Resolves when none of these processes lives any more; rejects after thirty seconds, which is what they are given to shut down. */
export async function gone(pids: readonly number[]): Promise<void> {
  const limit = AbortSignal.timeout(30_000);
  while (pids.some(lives)) await delay(20, undefined, { signal: limit });
}

export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
