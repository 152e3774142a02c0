import { GenerationError } from '@medley/domain';
import { generatedAssetId } from '../assets/generated-assets.ts';

/** Where the file of an input comes from, as a condition says it. */
type FileSource = { data: string } | { asset: string } | { url: string };

/** The path of a file of this API. */
export const FILES_PATH = '/replicate/v1/files';

const ASSET = /^ast_[0-9a-z]{26,28}$/;

/**
 * A file as an input names it: a data: URI, the URL of one that was sent to `origins`, that of an output that was made
 * there, or any other URL, which is fetched. Throws GenerationError `invalid_request` that names the input.
 */
export function fileSource(value: string, input: string, origins: readonly string[]): FileSource {
  if (value.startsWith('data:')) return { data: value };
  if (ASSET.test(value)) return { asset: value };
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const shown = value.length > 80 ? `${value.slice(0, 60)}…` : value;
    const words = `${input} is "${shown}"; send a URL, a data: URI, or the URL of a file of this service`;
    throw new GenerationError('invalid_request', words, {
      pointer: `/${input.replaceAll(/[.[]/g, '/').replaceAll(']', '')}`,
    });
  }
  return (origins.includes(url.origin) ? ownFile(url.pathname) : undefined) ?? { url: value };
}

/** The path may begin with that of MEDLEY_PUBLIC_URL. */
function ownFile(path: string): { asset: string } | undefined {
  const [, file] = new RegExp(`${FILES_PATH}/(ast_[0-9a-z]{26,28})$`).exec(path) ?? [];
  if (file !== undefined) return { asset: file };
  const [, generation, index] = /\/v1\/generations\/(gen_[0-9a-z]{26})\/outputs\/(\d{1,3})$/.exec(path) ?? [];
  return generation === undefined ? undefined : { asset: generatedAssetId(generation, Number(index)) };
}
