/** How long a client may take. */
export interface RequestPatience {
  /** From the connection, or the request before, to the end of the header fields. */
  headerMilliseconds: number;
  /** For the whole request, so for an upload too. */
  requestMilliseconds: number;
}

export const PATIENCE: RequestPatience = { headerMilliseconds: 10_000, requestMilliseconds: 120_000 };
