import type { Codec, CodecContext, CodecParameters, Frame, Packet, Rational } from 'node-av/lib';

/** Packets of one stream and what a container has to know of it. */
export interface EncodedStream {
  parameters: CodecParameters;
  timeBase: Rational | { num: number; den: number };
  packets: Packet[];
}

export interface EncoderSettings {
  options: Record<string, string>;
  /** Containers such as MP4 want the codec's header once, ahead. */
  globalHeader: boolean;
  configure: (context: CodecContext) => void;
}

/** One encoder with bit-exact flags: the same frames give the same packets. */
export class StreamEncoder {
  readonly #context: CodecContext;
  readonly #packets: Packet[] = [];
  readonly #make: () => Packet;

  private constructor(context: CodecContext, make: () => Packet) {
    this.#context = context;
    this.#make = make;
  }

  static async open(name: string, { options, globalHeader, configure }: EncoderSettings): Promise<StreamEncoder> {
    const { Codec, CodecContext, Dictionary, FFmpegError, Packet } = await import('node-av/lib');
    const { AV_CODEC_FLAG_BITEXACT, AV_CODEC_FLAG_GLOBAL_HEADER } = await import('node-av/constants');
    const codec: Codec | null = Codec.findEncoderByName(name as never);
    if (codec === null) throw new Error(`this build of FFmpeg has no encoder ${name}`);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.threadCount = 1;
    configure(context);
    context.setFlags(AV_CODEC_FLAG_BITEXACT, ...(globalHeader ? [AV_CODEC_FLAG_GLOBAL_HEADER] : []));
    const opened = await context.open2(
      codec,
      Dictionary.fromObject({ ...options, flags: globalHeader ? '+bitexact+global_header' : '+bitexact' }),
    );
    FFmpegError.throwIfError(opened, `can't open the encoder ${name}`);
    return new StreamEncoder(context, () => {
      const packet = new Packet();
      packet.alloc();
      return packet;
    });
  }

  /** Samples that each audio frame but the last has to have; 0 for any number. */
  get frameSize(): number {
    return this.#context.frameSize;
  }

  async send(frame: Frame | null): Promise<void> {
    const { FFmpegError } = await import('node-av/lib');
    FFmpegError.throwIfError(await this.#context.sendFrame(frame), 'the encoder took no frame');
    for (;;) {
      const packet = this.#make();
      if ((await this.#context.receivePacket(packet)) < 0) {
        packet.free();
        return;
      }
      this.#packets.push(packet);
    }
  }

  async finish(): Promise<EncodedStream> {
    const { CodecParameters } = await import('node-av/lib');
    await this.send(null);
    const parameters = new CodecParameters();
    parameters.alloc();
    parameters.fromContext(this.#context);
    const { num, den } = this.#context.timeBase;
    this.#context.freeContext();
    return { parameters, timeBase: { num, den }, packets: this.#packets };
  }
}

/** Writes streams into a file in memory, with no dates, serials or versions in it. */
export async function writeContainer(
  format: string,
  streams: readonly EncodedStream[],
  provenance: string,
): Promise<Uint8Array> {
  const { Dictionary, FFmpegError, FormatContext, IOContext } = await import('node-av/lib');
  const { AVFMT_FLAG_BITEXACT } = await import('node-av/constants');
  const file = new MemoryFile();
  const io = new IOContext();
  io.allocContextWithCallbacks(
    64 * 1024,
    1,
    null,
    (chunk) => file.write(chunk),
    (offset, whence) => file.seek(Number(offset), whence),
  );
  const context = new FormatContext();
  FFmpegError.throwIfError(
    context.allocOutputContext2(null, format, null),
    `this build of FFmpeg has no container ${format}`,
  );
  context.pb = io;
  context.setFlags(AVFMT_FLAG_BITEXACT);
  context.metadata = Dictionary.fromObject({ comment: provenance, digital_source_type: 'trainedAlgorithmicMedia' });
  const targets = streams.map(({ parameters, timeBase }) => {
    const stream = context.newStream(null);
    parameters.copy(stream.codecpar);
    stream.codecpar.codecTag = 0;
    stream.timeBase = timeBase as never;
    return stream;
  });
  const options = format === 'mp4' ? { movflags: 'use_metadata_tags' } : format === 'ogg' ? { serial_offset: '1' } : {};
  FFmpegError.throwIfError(
    await context.writeHeader(Dictionary.fromObject(options)),
    `can't write the header of ${format}`,
  );
  for (const { packet, index } of inOrder(streams)) {
    packet.streamIndex = index;
    packet.rescaleTs(streams[index]!.timeBase, targets[index]!.timeBase);
    FFmpegError.throwIfError(await context.interleavedWriteFrame(packet), `can't write a packet of ${format}`);
    packet.free();
  }
  FFmpegError.throwIfError(await context.writeTrailer(), `can't end the file ${format}`);
  await io.flush();
  context.pb = null;
  context.freeContext();
  io.freeContext();
  return file.bytes();
}

/** Packets of all streams by decoding time. */
function inOrder(streams: readonly EncodedStream[]): { packet: Packet; index: number }[] {
  const seconds = ({ packet, index }: { packet: Packet; index: number }) => {
    const { num, den } = streams[index]!.timeBase;
    return (Number(packet.dts) * num) / den;
  };
  return streams
    .flatMap(({ packets }, index) => packets.map((packet) => ({ packet, index })))
    .sort((a, b) => seconds(a) - seconds(b));
}

const AVSEEK_SIZE = 0x1_0000;

/** A growing file in memory that muxers can seek in. */
class MemoryFile {
  #data = Buffer.alloc(64 * 1024);
  #size = 0;
  #position = 0;

  write(chunk: Buffer): number {
    const end = this.#position + chunk.byteLength;
    if (end > this.#data.byteLength) {
      const grown = Buffer.alloc(Math.max(end, this.#data.byteLength * 2));
      this.#data.copy(grown);
      this.#data = grown;
    }
    chunk.copy(this.#data, this.#position);
    this.#position = end;
    this.#size = Math.max(this.#size, end);
    return chunk.byteLength;
  }

  seek(offset: number, whence: number): number {
    if ((whence & AVSEEK_SIZE) !== 0) return this.#size;
    this.#position = offset + (whence === 1 ? this.#position : whence === 2 ? this.#size : 0);
    return this.#position;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#data.subarray(0, this.#size));
  }
}
