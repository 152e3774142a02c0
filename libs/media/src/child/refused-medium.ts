/** The medium is at fault; the message goes to the client. */
export class RefusedMedium extends Error {
  override readonly name = 'RefusedMedium';
  readonly code: 'media_undecodable' | 'media_too_large';

  constructor(code: 'media_undecodable' | 'media_too_large', message: string) {
    super(message);
    this.code = code;
  }
}

/** Runs a decoder; whatever it throws is the medium's fault. */
export async function decoding<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RefusedMedium) throw error;
    throw new RefusedMedium(
      'media_undecodable',
      `the ${what} can't be decoded, it may be cut off or damaged: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
