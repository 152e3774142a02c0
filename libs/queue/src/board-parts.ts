import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardQueues,
  IServerAdapter,
  UIConfig,
} from '@bull-board/api/typings/app';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};
const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What a board wants served. It takes what `createBullBoard` tells a server. */
export class BoardParts implements IServerAdapter {
  queues: BullBoardQueues = new Map();
  settings: UIConfig = {};
  routes: readonly AppControllerRoute[] = [];
  #entry: AppViewRoute | undefined;
  #views = '';
  #statics = '';
  #files: ReadonlySet<string> = new Set();
  #template = '';

  /** Paths at which the page is. */
  get pages(): string[] {
    return [this.#entry?.route ?? []].flat();
  }

  /** Reads the page's template, but for the fonts of other hosts, and the names of its files. To be awaited before either is asked for. */
  async load(): Promise<void> {
    const template = await readFile(join(this.#views, 'index.ejs'), 'utf8');
    this.#template = template.replace(/<link\s[^>]*href="https:[^>]*>/g, '');
    this.#files = new Set(await readdir(this.#statics, { recursive: true }));
  }

  /** The page, whose paths begin with `basePath`. Its template has places for values and nothing else. */
  page(basePath: string): string {
    const { params } = this.#entry!.handler({ basePath, uiConfig: this.settings });
    return this.#template.replace(/<%([-=])\s*(\w+)\s*%>/g, (_, kind: string, name: string) => {
      const value = params[name] ?? '';
      return kind === '-' ? value : value.replace(/[&<>"]/g, (character) => ESCAPED[character]!);
    });
  }

  /** A style, script or picture of the page; undefined for what is none. */
  async file(name: string): Promise<{ bytes: Uint8Array; contentType: string } | undefined> {
    const contentType = CONTENT_TYPES[extname(name)];
    if (contentType === undefined || !this.#files.has(name)) return undefined;
    return { bytes: await readFile(join(this.#statics, name)), contentType };
  }

  setQueues(queues: BullBoardQueues): this {
    this.queues = queues;
    return this;
  }

  setViewsPath(path: string): this {
    this.#views = path;
    return this;
  }

  setStaticPath(_route: string, path: string): this {
    this.#statics = path;
    return this;
  }

  setEntryRoute(route: AppViewRoute): this {
    this.#entry = route;
    return this;
  }

  /** Errors are told as everywhere else. */
  setErrorHandler(): this {
    return this;
  }

  setApiRoutes(routes: AppControllerRoute[]): this {
    this.routes = routes;
    return this;
  }

  setUIConfig(settings: UIConfig): this {
    this.settings = settings;
    return this;
  }
}
