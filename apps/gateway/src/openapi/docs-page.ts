import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The page at /docs: Swagger UI over /openapi.json, all of it from this process. */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Medley API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="stylesheet" href="docs/page.css">
  </head>
  <body>
    <main id="reference"></main>
    <noscript>This page needs JavaScript; the document itself is at <a href="openapi.json">openapi.json</a>.</noscript>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/page.js"></script>
  </body>
</html>
`;

const SCRIPT = `const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

/** What the package has no setting for: one server is no choice, and links are not used. */
const STYLE = `body { margin: 0; }
html.dark-mode { background: #1c2022; }
.swagger-ui .info { margin: 2rem 0 1rem; }
.swagger-ui .scheme-container { box-shadow: none; padding: 0 0 1rem; }
.swagger-ui .schemes-server-container, .swagger-ui .response-col_links { display: none; }
.swagger-ui .filter .operation-filter-input { box-sizing: border-box; margin: 0 0 1rem; width: 100%; }
.dark-mode .swagger-ui .examples-select__section-label { color: inherit; }
`;

interface DocsFile {
  contentType: string;
  bytes: Buffer;
  /** By gzip. */
  packed: Buffer;
}

const pack = promisify(gzip);
const packages = createRequire(import.meta.url);
const fromPackage = (name: string) => () => readFile(packages.resolve(`swagger-ui-dist/${name}`));
const [css, javascript] = ['text/css; charset=utf-8', 'text/javascript; charset=utf-8'];
const FILES = new Map<string, { contentType: string; read: () => Promise<Buffer> }>([
  ['swagger-ui.css', { contentType: css, read: fromPackage('swagger-ui.css') }],
  ['swagger-ui-bundle.js', { contentType: javascript, read: fromPackage('swagger-ui-bundle.js') }],
  ['page.css', { contentType: css, read: async () => Buffer.from(STYLE) }],
  ['page.js', { contentType: javascript, read: async () => Buffer.from(SCRIPT) }],
]);
const prepared = new Map<string, Promise<DocsFile>>();

/** A file that the page asks for; read and compressed when it is first asked for. Undefined for any other name. */
export function readDocsFile(name: string): Promise<DocsFile> | undefined {
  const file = FILES.get(name);
  if (file === undefined) return undefined;
  const known = prepared.get(name) ?? prepare(file);
  prepared.set(name, known);
  known.catch(() => prepared.delete(name));
  return known;
}

async function prepare({ contentType, read }: { contentType: string; read: () => Promise<Buffer> }): Promise<DocsFile> {
  const bytes = await read();
  return { contentType, bytes, packed: await pack(bytes) };
}
