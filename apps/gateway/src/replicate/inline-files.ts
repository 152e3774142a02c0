import type { AssetStore, GenerationResult } from '@medley/domain';

/** Bytes of all files of a prediction that are answered inline. */
const INLINE_BYTES = 4 * 1024 * 1024;

/**
 * The files of a result as data: URIs by their index, for answers whose links begin with http:, as on loopback. Replicate's
 * client reads files from https: and data: alone. Nothing where they are large, or erased meanwhile.
 */
export async function inlineFiles(
  store: AssetStore,
  result: GenerationResult | undefined,
  base: string,
): Promise<ReadonlyMap<number, string>> {
  const none = new Map<number, string>();
  if (result?.status !== 'succeeded' || !base.startsWith('http:')) return none;
  const files = result.outputs
    .map((output, index) => ({ output, index }))
    .filter(({ output }) => output.text === undefined);
  if (files.reduce((sum, { output }) => sum + output.bytes, 0) > INLINE_BYTES) return none;
  const read = await Promise.all(
    files.map(async ({ output, index }) => {
      const object = await store.get(output.key);
      if (object === undefined) return [];
      const type = output.content_type.split(';')[0]!;
      return [[index, `data:${type};base64,${Buffer.from(object.body).toString('base64')}`] as const];
    }),
  );
  return new Map(read.flat());
}
