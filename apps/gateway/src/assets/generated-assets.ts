import { GenerationError, readResult, type AssetReference, type AssetStore, type OutputRecord } from '@medley/domain';
import type { AssetLibrary, OnStored } from './asset-library.ts';

/** For the copy of one file. */
const COPY_MILLISECONDS = 30_000;
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** An output as an asset: `ast_`, the id of its generation, and its index in two digits of base 32. */
export function generatedAssetId(generation: string, index: number): string {
  return `ast_${generation.slice('gen_'.length)}${DIGITS[index >> 5]}${DIGITS[index & 31]}`;
}

export interface GeneratedAsset {
  output: OutputRecord;
  generation: string;
  index: number;
  committedAt: string;
}

/** What generations made, named like assets: to be fetched, or to condition the next generation. */
export class GeneratedAssets {
  readonly #store: AssetStore;
  readonly #library: AssetLibrary;

  constructor(store: AssetStore, library: AssetLibrary) {
    this.#store = store;
    this.#library = library;
  }

  /** Undefined where this owner has no such output. */
  async find(owner: string, id: string): Promise<GeneratedAsset | undefined> {
    const [, name, high, low] = /^ast_([0-9a-z]{26})([0-9a-z])([0-9a-z])$/.exec(id) ?? [];
    if (name === undefined || high === undefined || low === undefined) return undefined;
    const generation = `gen_${name}`;
    const index = DIGITS.indexOf(high) * 32 + DIGITS.indexOf(low);
    const result = await readResult(this.#store, generation);
    const output = result?.request.owner === owner ? result.outputs[index] : undefined;
    return output === undefined ? undefined : { output, generation, index, committedAt: result!.committed_at };
  }

  /** Keeps a copy that outlives the generation it comes from, as an asset of the owner. Throws GenerationError `asset_not_found`, `storage_unavailable`. */
  async adopt(
    owner: string,
    { output }: GeneratedAsset,
    pointer: string,
    onStored?: OnStored,
  ): Promise<AssetReference> {
    const signal = AbortSignal.timeout(COPY_MILLISECONDS);
    const object = await this.#store.stream(output.key, { signal });
    if (object === undefined) throw new GenerationError('asset_not_found', 'the file was erased', { pointer });
    const { bytes, sha256, content_type: type } = output;
    const declared = type.split(';')[0]!;
    const file = { source: object.body, declared, pointer, announced: { bytes, sha256 } };
    try {
      return await this.#library.addStream(owner, file, signal, onStored);
    } catch (error) {
      if (!signal.aborted) throw error;
      const words = `${output.key} could not be copied within ${COPY_MILLISECONDS / 1000} s`;
      throw new GenerationError('storage_unavailable', words, { cause: error });
    }
  }
}
