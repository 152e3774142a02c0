import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Commands by name: how often clients sent them, and how often scripts called them. */
export interface CommandCounts {
  clients: Map<string, number>;
  scripts: Map<string, number>;
  /** The latest call of each script by clients, as it was sent. */
  latest: Map<string, string[]>;
}

/** What Redis spent since the last reset. */
export interface RedisTime {
  /** Microseconds of processor of its main thread: commands, network and all. */
  thread: number;
  /** Microseconds by command; those of a script are in its own and in those of the commands that it calls. */
  commands: Map<string, number>;
}

/** Looks at a Redis from outside, by `redis-cli`. */
export class RedisWatch {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Every command until `work` resolves, told by MONITOR, which slows Redis down. */
  async count(work: () => Promise<unknown>): Promise<CommandCounts> {
    const counts: CommandCounts = { clients: new Map(), scripts: new Map(), latest: new Map() };
    const monitor = spawn('redis-cli', ['-u', this.#url, 'MONITOR'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    createInterface({ input: monitor.stdout }).on('line', (line) => {
      if (line === 'OK') begun.resolve();
      const [, source, name, first] = /^[\d.]+ \[\d+ (\S+)\] "(\w+)"(?: "(\w+)")?/.exec(line) ?? [];
      if (name === undefined) return;
      if (first === END) over.resolve();
      else add(source === 'lua' ? counts.scripts : counts.clients, name.toLowerCase(), 1);
      if (name === 'evalsha' && source !== 'lua') counts.latest.set(first!, wordsOf(line));
    });
    await begun.promise;
    await work();
    await this.#ask('ECHO', END);
    await over.promise;
    monitor.kill();
    return counts;
  }

  /** What it spent until `work` resolved. */
  async time(work: () => Promise<unknown>): Promise<RedisTime> {
    await this.#ask('CONFIG', 'RESETSTAT');
    const before = await this.#threadMicroseconds();
    await work();
    const thread = (await this.#threadMicroseconds()) - before;
    const stats = (await this.#ask('INFO', 'commandstats')).matchAll(/^cmdstat_([^:]+):calls=\d+,usec=(\d+)/gm);
    return { thread, commands: new Map([...stats].map(([, name, microseconds]) => [name!, Number(microseconds)])) };
  }

  /** Microseconds of the main thread for a command that eight clients of redis-benchmark send over and over. */
  async each(command: readonly string[]): Promise<number> {
    const options = ['-u', this.#url, '-n', String(TIMES), '-c', '8', '-q'];
    const { thread } = await this.time(() => promisify(execFile)('redis-benchmark', [...options, ...command]));
    return thread / TIMES;
  }

  async #threadMicroseconds(): Promise<number> {
    const fields = (await this.#ask('INFO', 'cpu')).matchAll(/^used_cpu_(?:sys|user)_main_thread:([\d.]+)/gm);
    return [...fields].reduce((sum, [, seconds]) => sum + 1e6 * Number(seconds), 0);
  }

  async #ask(...command: string[]): Promise<string> {
    return (await promisify(execFile)('redis-cli', ['-u', this.#url, ...command])).stdout;
  }
}

const TIMES = 20_000;
const END = 'the_end_of_a_count';

/** What a line of MONITOR quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word]) => word!.replaceAll(/\\(["\\])/g, '$1'));
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
