import type { ErrorForm } from '../http/error-form.ts';
import { fieldAt } from '../http/field-names.ts';
import { PROBLEM_TYPE, type Problem } from '../http/problem.ts';

/**
 * Replicate's errors are problem+json as well. What is wrong with a field of a prediction is 422 there, and
 * `invalid_fields` names it.
 */
export function toReplicateError(problem: Problem): ErrorForm {
  const { status, pointer, detail, code } = problem;
  if (status >= 500 || pointer === undefined || pointer === '') return { status, type: PROBLEM_TYPE, body: problem };
  const answered = status === 400 ? 422 : status;
  const field = { type: code, field: fieldAt(pointer), description: detail };
  const body = { ...problem, status: answered, invalid_fields: [field] };
  return { status: answered, type: PROBLEM_TYPE, body };
}
