import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Content codings that the build makes, the smallest first, and their file names' endings. */
const ENCODINGS = { br: '.br', gzip: '.gz' } as const;
type Encoding = keyof typeof ENCODINGS | 'identity';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** A file of the page in every coding that it was built in. */
export interface PageFile {
  contentType: string;
  /** Of the file as it is; a coding's own ends with its name. */
  digest: string;
  bodies: Partial<Record<Encoding, Buffer>> & { identity: Buffer };
}

/** The built page, read once: `index.html`, and what it needs under `assets/`, each under a name that changes with its bytes. */
export class PageFiles {
  readonly index: PageFile;
  readonly #assets: ReadonlyMap<string, PageFile>;

  private constructor(index: PageFile, assets: ReadonlyMap<string, PageFile>) {
    this.index = index;
    this.#assets = assets;
  }

  /** Rejects with the way out when the folder holds no page. */
  static async load(folder: string): Promise<PageFiles> {
    try {
      const names = (await readdir(join(folder, 'assets'))).filter((name) => extname(name) in TYPES);
      const assets = names.map(async (name): Promise<[string, PageFile]> => [
        name,
        await readPageFile(join(folder, 'assets', name)),
      ]);
      return new PageFiles(await readPageFile(join(folder, 'index.html')), new Map(await Promise.all(assets)));
    } catch (error) {
      const reason = (error as Error).message;
      throw new Error(`MEDLEY_PAGE is ${folder}, which holds no built page: ${reason}; npm run build makes one`, {
        cause: error,
      });
    }
  }

  /** A file of `assets/`. */
  asset(name: string): PageFile | undefined {
    return this.#assets.get(name);
  }
}

async function readPageFile(path: string): Promise<PageFile> {
  const identity = await readFile(path);
  const encoded = Object.entries(ENCODINGS).map(async ([encoding, ending]) => [
    encoding,
    await readFile(path + ending).catch(() => undefined),
  ]);
  return {
    contentType: TYPES[extname(path)]!,
    digest: createHash('sha256').update(identity).digest('base64url').slice(0, 22),
    bodies: { ...(Object.fromEntries(await Promise.all(encoded)) as object), identity },
  };
}
