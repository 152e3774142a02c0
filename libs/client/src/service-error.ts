import type { Problem } from './types.ts';

/** An error in the service's own words. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** HTTP status; 0 when the generation failed after it was accepted, or the service could not be reached. */
  readonly status: number;
  /** Stable code, such as `unsupported_by_bundle`. */
  readonly code: string;
  /** JSON pointer to the part of the request that is wrong. */
  readonly pointer: string | undefined;

  constructor(status: number, code: string, message: string, pointer?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.pointer = pointer;
  }
}

/** Reads problem+json; anything else becomes the status line. */
export async function toServiceError(response: Response): Promise<ServiceError> {
  const text = await response.text();
  try {
    const problem = JSON.parse(text) as Partial<Problem>;
    return new ServiceError(
      response.status,
      problem.code ?? 'unknown',
      problem.detail ?? problem.title ?? text,
      problem.pointer,
    );
  } catch {
    return new ServiceError(response.status, 'unknown', `${response.status} ${response.statusText}`);
  }
}
