import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadBundle, type Bundle } from '@medley/domain';
import { checkExternalData } from './external-data.ts';

let folder: string;
let bundle: Bundle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-bundle-'));
  const { manifest, ...rest } = await loadBundle('bundles/tiny-codi');
  const files = ['graph.onnx', 'graph.data', 'parts/graph.onnx', 'parts/graph.data'].map((path) => ({
    path,
    bytes: 1,
    sha256: 'a'.repeat(64),
  }));
  bundle = { ...rest, folder, manifest: { ...manifest, files } };
  await mkdir(join(folder, 'parts'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A model of one initializer whose data is at `location`; all lengths are below 128. */
async function write(file: string, location: string): Promise<void> {
  const field = (number: number, content: Buffer) =>
    Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
  const entry = Buffer.concat([field(1, Buffer.from('location')), field(2, Buffer.from(location))]);
  await writeFile(join(folder, file), field(7, field(5, field(13, entry))));
}

describe('checkExternalData', () => {
  it.each([
    ['graph.onnx', 'graph.data'],
    ['graph.onnx', 'parts/graph.data'],
    ['parts/graph.onnx', 'graph.data'],
  ])('takes a %s whose data is in a pinned file: %s', async (file, location) => {
    await write(file, location);
    await expect(checkExternalData(bundle, file)).resolves.toBeUndefined();
  });

  it.each([
    ['graph.onnx', '../secret'],
    ['graph.onnx', '/etc/passwd'],
    ['graph.onnx', 'unpinned.data'],
    ['graph.onnx', 'parts\\graph.data'],
    ['graph.onnx', ''],
    ['parts/graph.onnx', '../../secret'],
    ['parts/graph.onnx', 'parts/graph.data'],
  ])('refuses a %s whose data is elsewhere: %j', async (file, location) => {
    await write(file, location);
    await expect(checkExternalData(bundle, file)).rejects.toThrow(
      `bundle tiny-codi: ${file} keeps data in "${location}", which is no file of the bundle`,
    );
  });

  it('says which file is no model', async () => {
    await writeFile(join(folder, 'graph.onnx'), 'words');
    await expect(checkExternalData(bundle, 'graph.onnx')).rejects.toThrow(
      "bundle tiny-codi: graph.onnx can't be read: it is no ONNX model",
    );
  });
});
