import type { FastifyRequest } from 'fastify';
import { GenerationError, type AssetReference } from '@medley/domain';
import type { AssetLibrary } from '../assets/asset-library.ts';
import { readForm, type SentForm } from '../assets/sent-form.ts';

/** More than that of `metadata` is not looked at. */
const METADATA_BYTES = 1_024;

/**
 * The file of a form with the part `content`, and `metadata`, as Replicate's client sends it: stored as an asset.
 * Throws GenerationError; what is refused leaves nothing.
 */
export async function storeSentFile(
  library: AssetLibrary,
  owner: string,
  { request, bytes, signal }: { request: FastifyRequest; bytes: number; signal: AbortSignal },
): Promise<{ asset: AssetReference; name: string }> {
  await using form = await readForm(request, { files: 2, bytes }, signal);
  const odd = [...form.fields.keys(), ...form.files.map(({ field }) => field)].find(
    (field) => field !== 'content' && field !== 'metadata',
  );
  if (odd !== undefined)
    throw new GenerationError(
      'invalid_request',
      `the form has a part "${odd.slice(0, 80)}"; send one file as "content"`,
    );
  const content = form.files.find(({ field }) => field === 'content');
  if (content === undefined)
    throw new GenerationError('invalid_request', 'the form has no file; send the part "content"', {
      pointer: '/content',
    });
  await checkMetadata(form);
  const sent = { source: content.file.read(), declared: content.declared, pointer: '/content' };
  return { asset: await library.addStream(owner, sent, signal), name: content.name };
}

/** Equal files are stored once, so nothing is kept that was said of one of them. Clients send `{}`, as a field or a file. */
async function checkMetadata({ fields, files }: SentForm): Promise<void> {
  const sent = files.find(({ field }) => field === 'metadata');
  const head = sent === undefined ? undefined : Buffer.from(await sent.file.head(METADATA_BYTES)).toString('utf8');
  const metadata = head ?? fields.get('metadata') ?? '';
  if (/^\s*(?:\{\s*\}\s*)?$/.test(metadata)) return;
  const words = `metadata is ${metadata.slice(0, 80)}; none is kept of files here: leave it out`;
  throw new GenerationError('invalid_request', words, { pointer: '/metadata' });
}
