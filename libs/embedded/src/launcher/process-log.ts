import { createWriteStream, existsSync, renameSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';

const ERROR_LEVELS: ReadonlySet<string> = new Set(['error', 'fatal']);

/** What Node prints around the message of an error that nobody caught. */
const STACK_LINE = /^(\s|node:|file:|\/|[{}^]|Node\.js v)/;

const logLine = z.object({
  level: z.string(),
  msg: z.string().default(''),
  err: z.object({ message: z.string() }).optional(),
});

/**
 * The log file of one process. What it says of errors goes on to `onError`, a line each. While the file can't be written
 * its lines are lost, which `onError` is told once.
 */
export class ProcessLog {
  readonly path: string;
  readonly #onError: (line: string) => void;
  #file: WriteStream;
  #failing = false;

  /** The log of the time before is kept as `<name>.log.1`. */
  constructor(folder: string, name: string, onError: (line: string) => void) {
    this.path = join(folder, `${name}.log`);
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.1`);
    this.#onError = onError;
    this.#file = this.#open();
  }

  /** Takes the output of a process: JSON lines of its logger on `out`, plain words on `err`. `onLine` sees each line of `out`. */
  follow(out: Readable, err: Readable, onLine: (line: string) => void = () => undefined): void {
    createInterface({ input: out }).on('line', (line) => {
      this.#write(line);
      const error = errorOf(line);
      if (error !== undefined) this.#onError(error);
      onLine(line);
    });
    createInterface({ input: err }).on('line', (line) => {
      this.#write(line);
      if (line.trim() !== '' && !STACK_LINE.test(line)) this.#onError(line);
    });
  }

  close(): void {
    this.#file.end();
  }

  #open(): WriteStream {
    const file = createWriteStream(this.path, { flags: 'a', mode: 0o600 });
    file.on('error', (error) => {
      if (!this.#failing) this.#onError(`its log can't be written: ${error.message}`);
      this.#failing = true;
    });
    return file;
  }

  #write(line: string): void {
    if (this.#file.destroyed) this.#file = this.#open();
    this.#file.write(`${line}\n`, (error) => {
      if (error == null) this.#failing = false;
    });
  }
}

/** The error that a line of a JSON log tells, in words; undefined when it tells none. */
export function errorOf(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = logLine.safeParse(fields);
  if (!parsed.success || !ERROR_LEVELS.has(parsed.data.level)) return undefined;
  const { msg, err } = parsed.data;
  return err === undefined ? msg : `${msg}: ${err.message}`;
}
