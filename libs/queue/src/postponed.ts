/** Thrown by a handler of `notify`: the job comes again after so long. Takes no attempt. */
export class Postponed extends Error {
  override readonly name = 'Postponed';
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`postponed for ${milliseconds} ms`);
    this.milliseconds = milliseconds;
  }
}
