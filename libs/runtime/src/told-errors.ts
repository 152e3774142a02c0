const told = new WeakSet<Error>();

/** Notes that a line of the log tells of an error, with the generation and the trace that it belongs to. */
export function markTold(error: Error): void {
  told.add(error);
}

export function isTold(error: unknown): boolean {
  return error instanceof Error && told.has(error);
}
