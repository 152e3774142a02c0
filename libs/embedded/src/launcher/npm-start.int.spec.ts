import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HELP } from './arguments.ts';

jest.setTimeout(120_000);

const root = resolve(__dirname, '../../../..');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-npm-start-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a shell shows of `npm start -- ...` in the project, whatever runs these tests. */
function npmStart(variables: readonly string[], ...args: readonly string[]) {
  return npmStartIn(root, variables, ...args);
}

function npmStartIn(cwd: string, variables: readonly string[], ...args: readonly string[]) {
  const command = ['-u', 'npm_config_loglevel', ...variables, 'npm', 'start', '--', ...args];
  const { status, stdout, stderr } = spawnSync('env', command, { cwd, encoding: 'utf8' });
  return { code: status, output: stdout, words: stderr };
}

/** A folder with one bundle of which one byte is another. */
async function damagedBundles(): Promise<string> {
  const [name = ''] = (await readdir(join(root, 'bundles'))).sort().reverse();
  const bundles = join(folder, 'bundles');
  await cp(join(root, 'bundles', name), join(bundles, name), { recursive: true });
  const file = join(bundles, name, 'image.denoiser.onnx');
  const bytes = await readFile(file);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(file, bytes);
  return bundles;
}

describe('npm start', () => {
  it('prints nothing of npm on standard output, which a line of JSON is read from', () => {
    expect(npmStart([], '--help')).toEqual({ code: 0, output: HELP, words: '' });
  });

  it.each([
    [['--port', 'http'], /^medley: --port is "http"; 0 to 65535 are allowed\n$/],
    [['--port', '65536'], /^medley: --port is "65536"; 0 to 65535 are allowed\n$/],
    [['--fast'], /^medley: Unknown option '--fast'.*npm start -- --help says what there is\n$/],
    [['--data', '/dev/null/data'], /^medley: the data folder \/dev\/null\/data can't be used: ENOTDIR.*\n$/],
  ])('says in one line what is wrong with %j', (args, line) => {
    const { code, output, words } = npmStart([], '--json', ...args);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(words).toMatch(line);
  });

  it('says in one line that there is no network, where packages have to be installed first', async () => {
    const clone = join(folder, 'clone');
    for (const name of ['package.json', 'package-lock.json', '.npmrc', 'scripts'])
      await cp(join(root, name), join(clone, name), { recursive: true });
    const variables = ['npm_config_registry=http://127.0.0.1:9/', `npm_config_cache=${join(folder, 'cache')}`];
    const { code, output, words } = npmStartIn(clone, variables, '--json');
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(words).toMatch(
      /^medley: installing the packages.*\nmedley: npm ci failed: http:\/\/127\.0\.0\.1:9\/ can't be reached \(ECONNREFUSED\).*\n$/,
    );
  });

  it('says in one line which file of a bundle is damaged', async () => {
    const bundles = await damagedBundles();
    const { code, output, words } = npmStart([`MEDLEY_BUNDLES=${bundles}`], '--json', '--data', join(folder, 'data'));
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(words).toMatch(
      /^medley: \/.*\/image\.denoiser\.onnx differs from the sha256 in bundle\.json; restore it.*\n$/,
    );
  });
});
