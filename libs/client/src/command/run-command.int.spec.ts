import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run, serve } from './command.fixture.ts';

let folder: string;
let service: Awaited<ReturnType<typeof serve>> | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-command-'));
  for (const name of ['a.png', 'b.png']) await writeFile(join(folder, name), name);
});
afterEach(() => void service?.server.close());
afterAll(() => rm(folder, { recursive: true }));

/** A service that takes files, but those that it refuses, and says of a generation what it is told to. */
async function startService(refused: string | undefined, problem: object): Promise<string> {
  let uploads = 0;
  const answer: RequestListener = ({ url }, response) => {
    const isUpload = url === '/v1/assets';
    if (isUpload) uploads += 1;
    const wrong = isUpload ? uploads === 2 && refused !== undefined : true;
    const body = wrong ? { pointer: '', detail: refused, ...(isUpload ? {} : problem) } : { id: `ast_${uploads}` };
    response.writeHead(wrong ? 422 : 201, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ code: 'media_undecodable', ...body }));
  };
  service = await serve(answer);
  return service.url;
}

const generate = async (url: string, ...options: string[]) => {
  const images = ['a.png', 'b.png'].flatMap((name) => ['--image', join(folder, name)]);
  return run(['generate', 'a dog', ...images, '--out', folder, ...options], { url, key: 'mdl_of_a_test' });
};

describe('an error of the service', () => {
  it('is told with the field that it is about', async () => {
    const url = await startService(undefined, { detail: 'the picture ends early', pointer: '/conditions/2/asset' });
    expect(await generate(url)).toEqual({
      code: 1,
      output: '',
      words: 'medley: conditions[2].asset: the picture ends early\n',
    });
  });

  it('is told with the file that it is about, where that was refused before', async () => {
    const url = await startService('the file is none of JPEG, PNG', {});
    expect((await generate(url)).words).toBe(
      `medley: --image "${join(folder, 'b.png')}": the file is none of JPEG, PNG\n`,
    );
  });

  it('is told in parts with --json', async () => {
    const url = await startService(undefined, { detail: 'the picture ends early', pointer: '/conditions/2/asset' });
    const { code, output, words } = await generate(url, '--json');
    expect([code, words]).toEqual([1, '']);
    const error = { message: 'the picture ends early', code: 'media_undecodable', status: 422 };
    expect(JSON.parse(output)).toEqual({ error: { ...error, pointer: '/conditions/2/asset' } });
  });
});

describe('list', () => {
  it.each([
    ['says how to go on', 'c_7', 'no generations yet\nmore: --cursor c_7\n'],
    ['says nothing of it at the end', null, 'no generations yet\n'],
  ])('%s', async (_, next_cursor, output) => {
    const { url, server } = await serve((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: [], next_cursor }));
    });
    try {
      expect(await run(['list'], { url, key: 'mdl_key' })).toEqual({ code: 0, output, words: '' });
    } finally {
      server.close();
    }
  });
});

describe('the key of what runs here', () => {
  const key = 'mdl_bootstrap';

  it('is sent there', async () => {
    const url = await startService(undefined, { detail: 'no' });
    await run(['list'], { running: { url, key } });
    expect(service!.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${key}`]);
  });

  it('is not sent anywhere else: nothing is', async () => {
    const url = await startService(undefined, { detail: 'no' });
    const running = { url: 'http://127.0.0.1:9', key };
    const words = `medley: no key is known for ${url}: pass --key, or set MEDLEY_KEY\n`;
    expect(await run(['list', '--url', url], { running })).toEqual({ code: 2, output: '', words });
    expect(await run(['list'], { running, url })).toEqual({ code: 2, output: '', words });
    expect(service!.requests).toEqual([]);
  });
});
