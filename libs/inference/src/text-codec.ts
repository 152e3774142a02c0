import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { tensor, type Tensor } from '@medley/tensor';
import type { Bundle } from '@medley/domain';

/** The tokenizers of a bundle: prompts to ids, and written ids to text. */
export class TextCodec {
  readonly #reader: Tokenizer;
  readonly #writer: Tokenizer;
  readonly #length: number;
  readonly #pad: number;

  private constructor(reader: Tokenizer, writer: Tokenizer, length: number, pad: number) {
    this.#reader = reader;
    this.#writer = writer;
    this.#length = length;
    this.#pad = pad;
  }

  static async load({ folder, name, manifest }: Bundle): Promise<TextCodec> {
    const { text } = manifest.modalities;
    if (text === undefined) throw new Error(`bundle ${name} has no text`);
    const open = async (file: string) =>
      new Tokenizer(JSON.parse(await readFile(join(folder, file), 'utf8')) as object, {});
    return new TextCodec(
      await open(text.tokenizer.file),
      await open(text.decoder.tokenizer),
      text.tokenizer.max_tokens,
      text.tokenizer.pad,
    );
  }

  /** Token ids int64 [1, max_tokens], cut or padded. */
  encode(text: string): Tensor<'int64'> {
    const ids = new BigInt64Array(this.#length).fill(BigInt(this.#pad));
    const { ids: found } = this.#reader.encode(text, { add_special_tokens: false });
    found.slice(0, this.#length).forEach((id, index) => (ids[index] = BigInt(id)));
    return tensor('int64', [1, this.#length], ids);
  }

  /** A text may end before its first token. */
  decode(tokens: readonly number[]): string {
    // The tokenizer refuses an empty list.
    return tokens.length === 0 ? '' : this.#writer.decode([...tokens], { skip_special_tokens: true });
  }
}
