// The medley command: builds what is stale, then runs the client.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

if (!existsSync(new URL('../node_modules/esbuild', import.meta.url))) {
  console.error('medley: run npm ci (or npm start) once before');
  process.exit(1);
}
await build();
const main = fileURLToPath(new URL('../dist/client/main.js', import.meta.url));
const { status } = spawnSync(process.execPath, [main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env: { MEDLEY_DATA: fileURLToPath(new URL('../.medley', import.meta.url)), ...process.env },
});
process.exit(status ?? 1);
