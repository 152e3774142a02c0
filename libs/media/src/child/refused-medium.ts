/** The medium is at fault; the message goes to the client. */
export class RefusedMedium extends Error {
  override readonly name = 'RefusedMedium';
  readonly code: 'media_undecodable' | 'media_too_large';

  constructor(code: 'media_undecodable' | 'media_too_large', message: string) {
    super(message);
    this.code = code;
  }
}

/** What V8, libvips and FFmpeg say where the kernel's limit of the child is reached before its watch sees it. */
const SHORT_OF_MEMORY = /allocation failed|out of memory|cannot allocate memory/i;

/** Runs a decoder; whatever it throws is the medium's fault. */
export async function decoding<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RefusedMedium) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (SHORT_OF_MEMORY.test(message))
      throw new RefusedMedium('media_too_large', `the ${what} needs more memory than a medium may have`);
    throw new RefusedMedium(
      'media_undecodable',
      `the ${what} can't be decoded, it may be cut off or damaged: ${message}`,
    );
  }
}
