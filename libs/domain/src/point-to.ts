import { GenerationError } from './errors.ts';

/**
 * An error of a stage with a pointer to the part of the request that it worked on. One that another attempt may mend has
 * none, for the request is not at fault, nor has one that concerns all of the request; what has a pointer keeps it.
 */
export function pointTo(error: unknown, pointer: string): unknown {
  if (!(error instanceof GenerationError) || error.pointer !== undefined || error.retryable) return error;
  if (error.code === 'deadline_exceeded' || error.code === 'canceled') return error;
  return new GenerationError(error.code, error.message, { pointer, retryable: false, cause: error });
}
