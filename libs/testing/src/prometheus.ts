import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isContinuousIntegration } from './env.ts';
import { freePort } from './free-port.ts';

/** Whether tests can have Prometheus and promtool. Where nothing may be left out they must. */
export function hasPrometheus(): boolean {
  return isContinuousIntegration() || spawnSync('promtool', ['--version']).status === 0;
}

interface Rule {
  name: string;
  health: string;
  lastError?: string;
}

/** One series of an answer: its labels, and its value now. */
export interface PrometheusSeries {
  labels: Record<string, string>;
  value: number;
}

/** A Prometheus of a test's own, on a free port of the loopback. */
export class Prometheus {
  readonly #url: string;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(url: string, folder: string, child: ChildProcess) {
    this.#url = url;
    this.#folder = folder;
    this.#process = child;
  }

  /** `configuration`: what its file says. Resolves when it takes queries. Needs `prometheus` on the PATH. */
  static async start(configuration: object): Promise<Prometheus> {
    const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'medley-prometheus-'))];
    // JSON is YAML.
    const file = join(folder, 'prometheus.yml');
    await writeFile(file, JSON.stringify(configuration));
    const address = `127.0.0.1:${port}`;
    const child = spawn(
      'prometheus',
      [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${address}`],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const lines: string[] = [];
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        lines.push(line);
        if (line.includes('Server is ready to receive web requests')) resolve();
      });
    });
    const failed = Promise.race([once(child, 'error'), once(child, 'exit')]).then(([cause]) => {
      throw new Error(`prometheus did not start (${String(cause)}): ${lines.slice(-3).join('\n')}`);
    });
    failed.catch(() => undefined);
    await Promise.race([ready, failed]);
    return new Prometheus(`http://${address}`, folder, child);
  }

  /** The series that answer a query now. Throws an Error where it is not PromQL. */
  async query(query: string): Promise<PrometheusSeries[]> {
    const answer = await this.#get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
      `query?query=${encodeURIComponent(query)}`,
    );
    return answer.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
  }

  /** Every rule that was loaded. */
  async rules(): Promise<Rule[]> {
    const { groups } = await this.#get<{ groups: { rules: Rule[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #get<Answer>(path: string): Promise<Answer> {
    const response = await fetch(`${this.#url}/api/v1/${path}`);
    const { data, error } = (await response.json()) as { data: Answer; error?: string };
    if (!response.ok) throw new Error(`prometheus answered ${response.status}: ${error ?? ''}`);
    return data;
  }
}
