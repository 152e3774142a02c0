// Regenerates committed generated code. With --check it fails when that changes anything.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' });

run('buf', ['lint', 'proto']);
run('buf', ['generate', 'proto', '--template', 'proto/buf.gen.yaml']);

if (process.argv.includes('--check')) {
  const changed = execFileSync('git', ['status', '--porcelain', '--', '*/generated/*'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (changed !== '') {
    console.error(`generated code differs from what is committed; run "npm run generate" and commit:\n${changed}`);
    process.exit(1);
  }
}
