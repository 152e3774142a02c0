/** A byte that says whether the message is compressed, and its length as a big-endian uint32. */
const HEAD_BYTES = 5;

/** What a peer sends is not gRPC, or more than was agreed. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** What goes before a message of so many bytes. */
export function frameHead(bytes: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(bytes, 1);
  return head;
}

/** Cuts a stream of bytes into gRPC messages (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), each in the memory of the one before. */
export class MessageFrames {
  readonly #largest: number;
  /** Head of the message, then the message. */
  #memory = Buffer.alloc(HEAD_BYTES);
  /** Bytes of it that came. */
  #filled = 0;
  /** Bytes at which it goes on: where the head ends, then where the message does. */
  #end = HEAD_BYTES;

  /** `largest`: bytes of a message at most. */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /** Whether the bytes so far end in the middle of a message. */
  get torn(): boolean {
    return this.#filled > 0;
  }

  /** Hands over every message that is complete with this part; the next one overwrites it. Throws MalformedMessage. */
  push(part: Uint8Array, take: (message: Uint8Array) => void): void {
    for (let at = 0; at < part.byteLength;) {
      const fresh = part.subarray(at, at + this.#end - this.#filled);
      this.#memory.set(fresh, this.#filled);
      at += fresh.byteLength;
      this.#filled += fresh.byteLength;
      if (this.#filled === HEAD_BYTES) this.#readHead();
      if (this.#filled < this.#end) continue;
      const message = this.#memory.subarray(HEAD_BYTES, this.#end);
      this.#filled = 0;
      this.#end = HEAD_BYTES;
      take(message);
    }
  }

  #readHead(): void {
    const length = this.#memory.readUInt32BE(1);
    if (this.#memory[0] !== 0) throw new MalformedMessage('a message is compressed; only identity was offered');
    if (length > this.#largest)
      throw new MalformedMessage(`a message has ${length} bytes; it may have ${this.#largest} at most`);
    this.#end = HEAD_BYTES + length;
    if (this.#end > this.#memory.byteLength) this.#memory = Buffer.allocUnsafeSlow(this.#end);
  }
}
