import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { ProcessLog } from './process-log.ts';

it('says once that its file cannot be written, and goes on when it can', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-log-'));
  const logs = join(folder, 'logs');
  const [out, said] = [new PassThrough(), [] as string[]];
  const log = new ProcessLog(logs, 'gateway', (line) => void said.push(line));
  log.follow(out, new PassThrough());
  out.write('lost\n');
  const written = () => readFile(log.path, 'utf8').catch(() => '');
  while (said.length === 0) await delay(5);
  await mkdir(logs);
  for (let number = 0; !(await written()).includes('kept'); number += 1) {
    out.write(`kept ${number}\n`);
    await delay(5);
  }
  log.close();
  expect(said).toEqual([expect.stringMatching(/^its log can't be written: ENOENT/)]);
  await rm(folder, { recursive: true });
});
