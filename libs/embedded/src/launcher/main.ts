import { fileURLToPath } from 'node:url';
import { launch } from './launch.ts';
import { stopRequests } from './stop-requests.ts';

// dist/launcher/main.js lies two folders below the project.
const root = fileURLToPath(new URL('../..', import.meta.url));
process.exit(await launch(process.argv.slice(2), root, stopRequests()));
