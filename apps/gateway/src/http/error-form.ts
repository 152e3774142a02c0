import { toOpenAiError } from '../openai/openai-error.ts';
import { toReplicateError } from '../replicate/replicate-error.ts';
import { PROBLEM_TYPE, type Problem } from './problem.ts';

/** An error as one of the APIs answers it. */
export interface ErrorForm {
  status: number;
  type: string;
  body: object;
  headers?: Record<string, string>;
}

/** The problem in the form of the API that the URL belongs to: problem+json but for those that are made for other clients. */
export function errorForm(url: string, problem: Problem): ErrorForm {
  if (url.startsWith('/openai/')) return toOpenAiError(problem);
  if (url.startsWith('/replicate/')) return toReplicateError(problem);
  return { status: problem.status, type: PROBLEM_TYPE, body: problem };
}
