import { execFileSync, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(120_000);

const root = resolve(__dirname, '../../..');
const bin = (name: string) => join(root, 'node_modules/.bin', name);

/** What the project's lint says of the boundaries in a file that holds just this import. */
function violations(file: string, imported: string): string[] {
  const config = 'libs/testing/planted.eslint.config.mjs';
  const { stdout, stderr } = spawnSync(
    bin('eslint'),
    ['--config', config, '--format', 'json', '--stdin', '--stdin-filename', file],
    { cwd: root, input: `import '${imported}';\n`, encoding: 'utf8' },
  );
  if (!stdout.startsWith('[')) throw new Error(stderr || stdout);
  const [result] = JSON.parse(stdout) as { messages: { ruleId: string | null; message: string }[] }[];
  return result!.messages.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

describe('lint', () => {
  // The rule asks Nx for the projects and their tags, and says nothing where Nx has not looked.
  beforeAll(() => void execFileSync(bin('nx'), ['show', 'projects'], { cwd: root }));

  it.each([
    ['libs/tensor/src/planted.ts', '@medley/queue', /enforce-module-boundaries: .*"type:core" can only depend on/],
    ['libs/diffusion/src/planted.ts', 'sharp', /enforce-module-boundaries: .*"type:core" is not allowed to import/],
    ['libs/assets/src/planted.ts', '@medley/runtime', /enforce-module-boundaries: .*"type:adapter" can only depend on/],
    ['libs/queue/src/planted.ts', '@medley/testing', /enforce-module-boundaries: .*"type:adapter" can only depend on/],
    ['apps/gateway/src/planted.ts', '@medley/client', /enforce-module-boundaries: .*"type:app" can only depend on/],
  ])('refuses %s to import %s', (file, imported, message) => {
    expect(violations(file, imported)).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    ['libs/queue/src/planted.ts', '@medley/domain'],
    ['libs/queue/src/planted.int.spec.ts', '@medley/testing'],
    ['libs/tensor/src/planted.spec.ts', '@jest/globals'],
    ['apps/gateway/src/planted.ts', '@medley/queue'],
  ])('lets %s import %s', (file, imported) => expect(violations(file, imported)).toEqual([]));
});
