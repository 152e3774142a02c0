// Copies a bundle from this image to a folder, and checks each file: install-bundle.mjs NAME DIGEST FOLDER. DIGEST is the
// sha256 of bundle.json, which holds that of every other file. Ends with 1 and one line when something differs.
import { createHash } from 'node:crypto';
import { cpSync, createReadStream, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const SOURCE = process.env.MEDLEY_BUNDLES ?? '/bundles';

async function sha256(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

async function install(name, digest, folder) {
  const source = join(SOURCE, name);
  const target = join(folder, name);
  const found = await sha256(join(source, 'bundle.json'));
  if (found !== digest) throw new Error(`bundle.json of ${name} has the sha256 ${found} instead of ${digest}`);
  const { files } = JSON.parse(readFileSync(join(source, 'bundle.json'), 'utf8'));
  const part = `${target}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  cpSync(join(source, 'bundle.json'), join(part, 'bundle.json'));
  for (const file of files) {
    const copy = resolve(part, file.path);
    if (!copy.startsWith(`${resolve(part)}${sep}`))
      throw new Error(`${name} names ${file.path}, which lies outside of it`);
    cpSync(join(source, file.path), copy);
    if ((await sha256(copy)) !== file.sha256)
      throw new Error(`${file.path} of ${name} differs from its sha256 in bundle.json`);
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(part, target);
  return files.length;
}

const [name, digest, folder] = process.argv.slice(2);
try {
  if (folder === undefined) throw new Error('it takes NAME DIGEST FOLDER');
  console.log(`${name} is in ${folder}; ${await install(name, digest, folder)} files are as bundle.json says`);
} catch (error) {
  console.error(`install-bundle: ${error.message}`);
  process.exit(1);
}
