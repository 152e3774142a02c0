// npm start: from a bare clone to a running service. Everything after the build is libs/embedded/src/launcher.
import { installPackages, onOwnNode } from './set-up.mjs';

installPackages();
if (onOwnNode()) {
  const { build } = await import('./build.mjs');
  await build();
  await import('../dist/launcher/main.js');
}
