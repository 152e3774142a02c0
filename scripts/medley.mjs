// The medley command: builds what is stale, then runs the client.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installPackages, onOwnNode, root } from './set-up.mjs';

installPackages();
if (onOwnNode()) {
  const { build } = await import('./build.mjs');
  await build();
  const { status } = spawnSync(process.execPath, [join(root, 'dist/client/main.js'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: { MEDLEY_DATA: join(root, '.medley'), MEDLEY_BUNDLES: join(root, 'bundles'), ...process.env },
  });
  process.exit(status ?? 1);
}
