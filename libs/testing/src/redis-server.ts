import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';

/** A Redis of a test's own: on a free port of the loopback, with an append-only file in a folder of its own. */
export class RedisServer {
  readonly #port: number;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.#port = port;
    this.#folder = folder;
  }

  /** Resolves when it accepts connections. Needs `redis-server` on the PATH. */
  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'medley-redis-')));
    await server.restart();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Starts it on the same port and folder, after `stop` or `kill`. */
  async restart(): Promise<void> {
    const child = spawn(
      'redis-server',
      ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.#folder].concat(
        ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'],
        ['--maxmemory-policy', 'noeviction', '--enable-debug-command', 'yes'],
      ),
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.#process = child;
    const failed = Promise.race([once(child, 'error'), once(child, 'exit')]).then(([cause]) => {
      throw new Error(`redis-server did not start (${String(cause)}); install it, or see its log in ${this.#folder}`);
    });
    const accepting = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.includes('Ready to accept connections')) resolve();
      });
    });
    // Once it accepts, a later exit is the test's own doing.
    failed.catch(() => undefined);
    await Promise.race([accepting, failed]);
  }

  /** Ends it in order: everything is in its file. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Kills it without warning; what was not yet in its file is lost. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends it and deletes its folder. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}
