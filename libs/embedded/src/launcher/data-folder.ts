import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { LauncherError } from './launcher-error.ts';

/** Free bytes below which nothing is started. */
const LEAST_FREE_BYTES = 256 * 1024 * 1024;

const running = z.object({ url: z.string(), pid: z.int() });

/** What runs on a data folder: `running.json`, which the medley command reads too. */
export interface RunningDeployment {
  url: string;
  key: string;
  /** The launcher. */
  pid: number;
  /** Process ids by name. */
  processes: Record<string, number>;
  /** Where the apps answer /readyz, by name. */
  health: Record<string, string>;
}

/** The folder that everything is kept in, held by one launcher at a time. The lock ends with the process that holds it. */
export class DataFolder {
  readonly path: string;
  readonly #lock: DatabaseSync;

  private constructor(path: string, lock: DatabaseSync) {
    this.path = path;
    this.#lock = lock;
  }

  /** Throws LauncherError when another launcher holds the folder, when it can't be written, or when its disk is full. */
  static async open(path: string): Promise<DataFolder> {
    try {
      await mkdir(join(path, 'logs'), { recursive: true, mode: 0o700 });
      const { bavail, bsize } = await statfs(path);
      checkFreeBytes(path, bavail * bsize);
      return new DataFolder(path, await lock(path));
    } catch (error) {
      if (error instanceof LauncherError) throw error;
      throw new LauncherError(`the data folder ${path} can't be used: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Says where the deployment is. */
  async announce(deployment: RunningDeployment): Promise<void> {
    await writeFile(join(this.path, 'running.json'), `${JSON.stringify(deployment)}\n`, { mode: 0o600 });
  }

  async close(): Promise<void> {
    await rm(join(this.path, 'running.json'), { force: true });
    this.#lock.close();
  }
}

/** Throws LauncherError when that is too little. */
export function checkFreeBytes(path: string, free: number): void {
  if (free >= LEAST_FREE_BYTES) return;
  const [left, least] = [free, LEAST_FREE_BYTES].map((bytes) => Math.floor(bytes / 1024 / 1024));
  throw new LauncherError(`the disk of ${path} is full: ${left} MB are free, ${least} MB are needed`);
}

/** SQLite's exclusive lock is one of the operating system's: it ends with its process, however that ends. */
async function lock(path: string): Promise<DatabaseSync> {
  const database = new DatabaseSync(join(path, 'lock'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    return database;
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== 5) throw error;
    const other = running.safeParse(await readRunning(path));
    const where = other.success ? ` (${other.data.url}, process ${other.data.pid})` : '';
    throw new LauncherError(`Medley runs on ${path} already${where}; stop it, or choose another folder with --data`, {
      cause: error,
    });
  }
}

async function readRunning(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(path, 'running.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
