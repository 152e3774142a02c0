// The medley command: builds what is stale, then runs the client.
import { join } from 'node:path';
import { installPackages, onOwnNode, root } from './set-up.mjs';

installPackages();
if (onOwnNode()) {
  const { build } = await import('./build.mjs');
  await build();
  process.env.MEDLEY_DATA ??= join(root, '.medley');
  process.env.MEDLEY_BUNDLES ??= join(root, 'bundles');
  process.chdir(process.env.INIT_CWD ?? process.cwd());
  // In this process: a signal reaches the command whoever sends it, and its exit code is this one's.
  await import('../dist/client/main.js');
}
