/** Every error a client can meet: HTTP status, title, and whether trying the same again can help. */
export const ERROR_CODES = {
  invalid_request: { status: 400, title: 'The request is not valid', retryable: false },
  unauthorized: { status: 401, title: 'A valid API key is needed', retryable: false },
  forbidden: { status: 403, title: 'This key may not do that', retryable: false },
  quota_exceeded: { status: 403, title: 'A quota of this key is used up', retryable: false },
  not_found: { status: 404, title: 'Not found', retryable: false },
  method_not_allowed: { status: 405, title: 'Method not allowed', retryable: false },
  conflict: { status: 409, title: 'Conflict with the current state', retryable: false },
  gone: { status: 410, title: 'Deleted', retryable: false },
  range_not_satisfiable: { status: 416, title: 'No such range of bytes', retryable: false },
  payload_too_large: { status: 413, title: 'Too many bytes', retryable: false },
  unsupported_media_type: { status: 415, title: 'Content type not accepted', retryable: false },
  unsupported_by_bundle: { status: 422, title: 'The model cannot do that', retryable: false },
  model_not_found: { status: 422, title: 'No such model', retryable: false },
  asset_not_found: { status: 422, title: 'No such asset', retryable: false },
  idempotency_mismatch: { status: 422, title: 'Idempotency-Key was used with another body', retryable: false },
  media_type_mismatch: { status: 422, title: 'The file is not what it claims to be', retryable: false },
  media_undecodable: { status: 422, title: 'The file cannot be decoded', retryable: false },
  media_too_large: { status: 422, title: 'The medium exceeds a limit', retryable: false },
  media_timeout: { status: 422, title: 'Decoding took too long', retryable: false },
  url_refused: { status: 422, title: 'The URL may not be fetched', retryable: false },
  url_unreachable: { status: 422, title: 'The URL could not be fetched', retryable: false },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true },
  canceled: { status: 409, title: 'Canceled', retryable: false },
  deadline_exceeded: { status: 422, title: 'The deadline passed', retryable: false },
  numeric_failure: { status: 422, title: 'The model produced values that are not finite', retryable: false },
  worker_crashed: { status: 500, title: 'A worker died repeatedly on this generation', retryable: false },
  worker_unavailable: { status: 503, title: 'A worker is gone', retryable: true },
  tensor_gone: { status: 503, title: 'An intermediate tensor is gone', retryable: true },
  storage_unavailable: { status: 503, title: 'Storage does not answer', retryable: true },
  storage_full: { status: 507, title: 'Storage is full', retryable: true },
  queue_unavailable: { status: 503, title: 'The queue does not answer', retryable: true },
  overloaded: { status: 503, title: 'Too much is held at once', retryable: true },
  internal: { status: 500, title: 'Internal error', retryable: true },
} as const satisfies Record<string, { status: number; title: string; retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface GenerationErrorOptions {
  /** JSON pointer (RFC 6901) to the part of the request that is wrong. */
  pointer?: string;
  /** Overrides the code's own answer. */
  retryable?: boolean;
  cause?: unknown;
}

/**
 * The error type of the service. `message` names the thing, the value and the way out, and may be shown to the client.
 * Mapped three times only: to problem+json, to BullMQ and to a gRPC status.
 */
export class GenerationError extends Error {
  override readonly name = 'GenerationError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly pointer: string | undefined;

  constructor(code: ErrorCode, message: string, options: GenerationErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable;
    this.pointer = options.pointer;
  }
}

/** Why an execution stops whose worker shuts down: another one does the job. */
export class HandedBack extends GenerationError {
  constructor() {
    super('worker_unavailable', 'the worker shuts down and hands the job back');
  }
}

/** What to do with an error: gives the fallback where it says that Redis is away, and throws every other one. */
export function ifQueueAway<Fallback>(fallback: Fallback): (error: unknown) => Fallback {
  return (error) => {
    if (error instanceof GenerationError && error.code === 'queue_unavailable') return fallback;
    throw error;
  };
}

/** What of an error is stored in a result and shown to the client. Anything unknown becomes `internal`, without its text. */
export function describeError(error: unknown): { code: ErrorCode; message: string; pointer?: string } {
  if (error instanceof GenerationError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.pointer === undefined ? {} : { pointer: error.pointer }),
    };
  }
  return {
    code: 'internal',
    message: 'an internal error; the logs of the service name it by the id of the generation',
  };
}
