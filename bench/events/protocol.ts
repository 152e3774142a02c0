/** What the bench tells the process of its event clients. */
export type ClientsMessage =
  /** Opens a stream for each generation; answered when each has had its first event. */
  | { type: 'open'; base: string; key: string; generations: readonly string[] }
  /** Answered with the delays since it was asked last. */
  | { type: 'take' }
  /** Closes all streams; answered when they are closed. */
  | { type: 'close' };

/** What that answers: milliseconds from an event's making to its receipt, which steps carry. */
export interface ClientsAnswer {
  delays: number[];
}

/** Microseconds of the machine's clock, as the steps of the bench count them. Both processes read the same. */
export const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
