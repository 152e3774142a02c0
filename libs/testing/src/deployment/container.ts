import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { descendants } from '@medley/embedded';
import { ROOT } from './build-context.ts';
import type { Stage } from './dockerfile.ts';

const NODE = realpathSync(process.execPath);
const canShutIn = spawnSync('bwrap', ['--unshare-user', '--ro-bind', '/', '/', 'true']).status === 0;

/**
 * A process as a container would run it: with the variables and the command of its stage, on the files of its image, which
 * it can't write, as a user of its own. Where the machine has no bubblewrap it runs on these files alone.
 */
export class Container {
  /** Whether it sees the files of its image and the system's libraries only. */
  static readonly isShutIn = canShutIn;
  /** Base of /readyz. */
  readonly health: string;
  readonly #process: ChildProcess;
  readonly #main: string;

  private constructor(child: ChildProcess, health: string, main: string) {
    this.#process = child;
    this.health = health;
    this.#main = main;
  }

  /** Resolves when it says that it is ready. Rejects with its last words when it ends before. */
  static async start(stage: Stage, files: string, variables: Readonly<Record<string, string>>): Promise<Container> {
    const environment = { ...stage.environment, MEDLEY_BUNDLES: '/bundles', ...variables };
    const [node, ...args] = stage.command as [string, ...string[]];
    if (node !== 'node') throw new Error(`the command of ${stage.name} is ${node} instead of node`);
    const child = canShutIn
      ? spawn('bwrap', [...jail(files, environment), '/opt/node', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn(NODE, args, {
          cwd: files,
          env: { ...environment, PATH: '/usr/bin:/bin', MEDLEY_BUNDLES: join(ROOT, 'bundles') },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
    const lines: string[] = [];
    const ready = new Promise<string>((resolve) => {
      const look = (line: string) => {
        lines.push(line);
        if (!line.includes('"msg":"ready"')) return;
        resolve((JSON.parse(line) as { health: string }).health);
      };
      createInterface({ input: child.stdout }).on('line', look);
      createInterface({ input: child.stderr }).on('line', look);
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${stage.name} ended with ${code as number}: ${lines.slice(-5).join('\n')}`);
    });
    const health = await Promise.race([ready, ended]);
    ended.catch(() => undefined);
    return new Container(child, health, args.at(-1)!);
  }

  /** Sends it SIGTERM, and resolves with its exit code. */
  async stop(): Promise<number | null> {
    const exited = once(this.#process, 'exit') as Promise<[number | null]>;
    const inside = (await descendants(this.#process.pid!)).find(
      ({ command }) => command.includes(this.#main) && !command.startsWith('bwrap'),
    );
    process.kill(inside?.id ?? this.#process.pid!, 'SIGTERM');
    return (await exited)[0];
  }

  /** Ends it at once, if it still runs. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** The user of the images, a root that can't be written, the image's files at /app, and the bundles. */
function jail(files: string, environment: Record<string, string>): string[] {
  return [
    ...['--unshare-user', '--uid', '1000', '--gid', '1000', '--die-with-parent', '--clearenv', '--chdir', '/app'],
    ...Object.entries({ PATH: '/usr/bin:/bin', ...environment }).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc/ld.so.cache'].flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--ro-bind', NODE, '/opt/node', '--ro-bind', files, '/app', '--ro-bind', join(ROOT, 'bundles'), '/bundles'],
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--remount-ro', '/', '--'],
  ];
}
