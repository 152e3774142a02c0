import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { afterEach, expect, it } from '@jest/globals';
import { lowerPriority } from './lower-priority.ts';

const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
afterEach(async () => {
  if (child.exitCode !== null) return;
  child.stdin.end();
  await once(child, 'exit');
});

it('lets others go first, and minds no process that is gone', async () => {
  const before = getPriority(child.pid);
  await lowerPriority(child.pid!);
  expect([before, getPriority(child.pid)]).toEqual([0, 10]);
  child.stdin.end();
  await once(child, 'exit');
  await lowerPriority(child.pid!);
});
