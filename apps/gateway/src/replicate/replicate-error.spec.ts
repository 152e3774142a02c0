import { expect, it } from '@jest/globals';
import { GenerationError } from '@medley/domain';
import { toProblem } from '../http/problem.ts';
import { toReplicateError } from './replicate-error.ts';

it('names the field that is wrong, with 422', () => {
  const problem = toProblem(new GenerationError('invalid_request', 'words', { pointer: '/input/image/1' }));
  expect(toReplicateError(problem)).toMatchObject({
    status: 422,
    type: 'application/problem+json',
    body: {
      detail: 'words',
      status: 422,
      invalid_fields: [{ type: 'invalid_request', field: 'input.image[1]', description: 'words' }],
    },
  });
});

it('leaves the others as they are', () => {
  const problem = toProblem(new GenerationError('not_found', 'words'));
  expect(toReplicateError(problem)).toMatchObject({ status: 404, body: problem });
});
