/** A download that may break off: keeps what has come, and says what is left to ask for. */
export class PartialFile {
  readonly #parts: Uint8Array[] = [];
  #tag: string | null = null;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Asks for the rest of the same file (RFC 9110, sections 13.1.5 and 14.2); for all of it where nothing is known of it. */
  get headers(): Record<string, string> {
    return this.#bytes === 0 || this.#tag === null ? {} : { range: `bytes=${this.#bytes}-`, 'if-range': this.#tag };
  }

  /**
   * Reads an answer to its end. What came of another one goes, unless this is the rest of the same file, or says that there
   * is none: 416. Rejects where it breaks off, and for a 416 of a file of another length.
   */
  async read(response: Response): Promise<void> {
    if (response.status === 416) {
      if (response.headers.get('content-range') === `bytes */${this.#bytes}`) return;
      this.#forget();
      throw new Error('the file is shorter than what has come of it');
    }
    const isRest =
      response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${this.#bytes}-`) === true;
    if (!isRest) this.#forget();
    // A weak tag may stand for other bytes of the same meaning.
    const tag = response.headers.get('etag');
    this.#tag = tag?.startsWith('"') === true ? tag : null;
    const reader = response.body?.getReader();
    for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader!.read()) {
      this.#parts.push(next.value);
      this.#bytes += next.value.byteLength;
    }
  }

  whole(): Uint8Array {
    const file = new Uint8Array(this.#bytes);
    let at = 0;
    for (const part of this.#parts) {
      file.set(part, at);
      at += part.byteLength;
    }
    return file;
  }

  #forget(): void {
    this.#parts.length = 0;
    this.#bytes = 0;
  }
}
