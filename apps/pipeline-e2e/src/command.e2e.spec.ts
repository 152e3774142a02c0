import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Generation } from '@medley/client';
import { Service } from '@medley/testing/service';
import { readFacts } from './fixtures/containers/facts.ts';
import { expectSuccess } from './fixtures/outputs.ts';

jest.setTimeout(120_000);

const BUNDLE = 'tiny-codi';
const ROOT = resolve(__dirname, '../../..');
/** As people type it, and without npm. */
const BY_NPM = ['npm', '--prefix', ROOT, 'run', 'medley', '--'];
const BY_NODE = [process.execPath, join(ROOT, 'scripts/medley.mjs')];
/** Variables of whoever runs the tests that would lead the command to another service. */
const FOREIGN = ['MEDLEY_URL', 'MEDLEY_KEY', 'MEDLEY_MODELS', 'INIT_CWD'].flatMap((name) => ['-u', name]);

let service: Service | undefined;
let folder: string;
/** The data folder of the service, which the command finds it by. */
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-command-'));
  service = await Service.start({ models: [BUNDLE], logs: 'e2e-command' });
  const commands = (await service.processes()).map(({ command }) => command).join('\n');
  data = /\S*\/medley-e2e-[^/\s]+/.exec(commands)![0];
});
afterAll(async () => {
  await service?.stop();
  await rm(folder, { recursive: true });
});

interface Ended {
  code: number | null;
  output: string;
  words: string;
}

/** Begins the command in the folder of the test, as the leader of a group of processes, as shells do. */
function begin(program: readonly string[], args: readonly string[], variables: readonly string[] = []) {
  const found = [`MEDLEY_DATA=${data}`, ...variables];
  const child = spawn('env', [...FOREIGN, ...found, ...program, ...args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  const ended = printed.then(([[code], output, words]): Ended => ({ code: code as number | null, output, words }));
  return { child, ended };
}

const medley = (args: readonly string[], variables?: readonly string[]) => begin(BY_NODE, args, variables).ended;

/** Resolves with the group of `pattern` when the command has told that on standard error. */
async function told(child: ChildProcess, pattern: RegExp): Promise<string> {
  let words = '';
  for (;;) {
    const found = pattern.exec(words)?.[1];
    if (found !== undefined) return found;
    const [chunk] = (await once(child.stderr!, 'data')) as [Buffer];
    words += chunk.toString();
  }
}

describe('medley generate', () => {
  it('finds the service, shows every stage, prints what is made and saves the files', async () => {
    const args = ['generate', 'a dog on blue', '--to', 'image,text', '--steps', '3', '--seed', '7', '--out', 'made'];
    const { code, output, words } = await begin(BY_NPM, args).ended;
    expect({ code, words }).toEqual({
      code: 0,
      words: expect.stringMatching(/^accepted gen_\w+, seed 7\n(.*\n)*step 3\/3 of .*\n(.*\n)*made image\n/),
    });
    const [id] = /gen_\w+/.exec(words)!;
    const files = [`made/${id}-image.png`, `made/${id}-text.txt`];
    const [picture, caption] = await Promise.all(files.map((file) => readFile(join(folder, file))));
    expect(output).toBe(`"${caption!.toString()}"\n${files.map((file) => `saved ${file}\n`).join('')}`);
    expect(readFacts(picture!).contentType).toBe('image/png');
  });

  it('prints one line of JSON with --json', async () => {
    const { code, output, words } = await medley(['generate', 'a dog', '--steps', '3', '--json']);
    expect({ code, words }).toEqual({ code: 0, words: '' });
    expect(output).toMatch(/^\{.*\}\n$/);
    const { files, ...generation } = JSON.parse(output) as Generation & { files: string[] };
    expectSuccess(generation);
    expect(files).toEqual([`${generation.id}-image.png`]);
    expect(readFacts(await readFile(join(folder, files[0]!))).contentType).toBe('image/png');
  });

  it('names the picture that is bad among two', async () => {
    const { outputs } = await service!.client.generate({
      conditions: [{ type: 'text', text: 'a dog' }],
      outputs: [{ type: 'image' }],
      steps: 3,
    });
    const picture = await service!.client.download(outputs[0]!.url);
    await writeFile(join(folder, 'good.png'), picture);
    await writeFile(join(folder, 'short.png'), picture.subarray(0, -60));
    const { code, output, words } = await medley(['generate', '--image', 'good.png', '--image', 'short.png']);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(words).toMatch(/\nmedley: conditions\[1\]: .+\n$/);
  });

  // npm sends on the Ctrl-C that the terminal has sent to all of them.
  it.each([
    ['of a terminal', BY_NPM, (pid: number) => process.kill(-pid, 'SIGINT')],
    ['of a supervisor', BY_NODE, (pid: number) => process.kill(pid, 'SIGINT')],
  ])('cancels the generation at an interrupt %s, and ends with 130', async (_, program, interrupt) => {
    const long = ['--to', 'image,audio,video,text', '--steps', '250', '--samples', '4'];
    const { child, ended } = begin(program, ['generate', 'a dog', ...long]);
    const id = await told(child, /^accepted (gen_\w+)(?=[^]*\nstep \d+\/250 )/);
    interrupt(child.pid!);
    const { code, output, words } = await ended;
    expect({ code, output }).toEqual({ code: 130, output: '' });
    expect(words).toMatch(/\nmedley: interrupted\n$/);
    expect(await service!.client.get(id)).toMatchObject({ status: 'canceled' });
  });
});

describe('medley', () => {
  it('ends with 2 for what it can not be asked', async () => {
    const { code, output, words } = await medley(['generate', 'a dog', '--colour', 'red']);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(words).toMatch(/^medley: Unknown option '--colour'.*\n$/);
  });

  it('ends with 2 where the key of this service would go to another one', async () => {
    const { code, words } = await medley(['list', '--url', 'http://127.0.0.1:9']);
    expect({ code, words }).toEqual({
      code: 2,
      words: 'medley: no key is known for http://127.0.0.1:9: pass --key, or set MEDLEY_KEY\n',
    });
  });

  it('ends with 3 where nothing answers', async () => {
    const { code, output, words } = await medley(['list', '--url', 'http://127.0.0.1:9', '--key', 'mdl_none']);
    expect({ code, output }).toEqual({ code: 3, output: '' });
    expect(words).toMatch(/^medley: http:\/\/127\.0\.0\.1:9 does not answer: .+\n$/);
  });
});

describe('medley doctor', () => {
  it('finds the running service in order, and a damaged bundle out of it', async () => {
    const bundles = join(folder, 'bundles');
    await cp(join(ROOT, 'bundles', BUNDLE), join(bundles, BUNDLE), { recursive: true });
    await writeFile(join(bundles, '.DS_Store'), '');
    const well = await medley(['doctor'], [`MEDLEY_BUNDLES=${bundles}`]);
    expect(well).toMatchObject({ code: 0, words: '' });
    const names = [...well.output.matchAll(/^ok {3}([^:]+): /gm)].map(([, name]) => name);
    const processes = ['gateway', 'encoder-worker', 'diffusion-worker', 'decoder-worker'];
    expect(names).toEqual(expect.arrayContaining(['service', 'service redis', 'service s3', 'bundles', ...processes]));
    expect(well.output).toMatch(/^ok {3}encoder-worker: .*\bsandbox \w+/m);

    const file = join(bundles, BUNDLE, 'image.denoiser.onnx');
    await writeFile(file, (await readFile(file)).fill(0, 100, 200));
    const damaged = await medley(['doctor'], [`MEDLEY_BUNDLES=${bundles}`]);
    expect(damaged.code).toBe(1);
    const failed = damaged.output.split('\n').filter((line) => line.startsWith('FAIL'));
    expect(failed).toEqual([`FAIL bundles: ${file} differs from the sha256 in bundle.json`]);
  });
});
