import { listQuery } from '../../generations/list-query.ts';
import { BODIES, CANCELED, QUEUED, SUCCEEDED } from '../examples/generation.ts';
import { BODY_ERRORS, answer, body, empty, needs, parameter, problems, type Paths } from '../operation.ts';
import { queryParameters } from '../schemas.ts';

const tags = ['Generations'];
const id = parameter('GenerationId');

export const generationPaths: Paths = {
  '/v1/generations': {
    post: {
      operationId: 'createGeneration',
      tags,
      summary: 'Make something',
      description:
        'Accepts a generation, which is not lost from the 202 on. Follow its events, ask for it again, have a webhook told, or wait for it with `Prefer: wait`. Sent again with the same `Idempotency-Key` nothing is made twice.',
      security: needs('generate'),
      parameters: ['IdempotencyKey', 'Prefer', 'Traceparent'].map(parameter),
      requestBody: body('GenerationBody', BODIES),
      responses: {
        202: answer('Accepted.', 'Generation', QUEUED, ['location', 'retry-after', 'preference-applied']),
        200: answer('It has ended by now.', 'Generation', SUCCEEDED, ['location', 'preference-applied']),
        ...problems(
          'keyed',
          ...BODY_ERRORS,
          'unsupported_by_bundle',
          'model_not_found',
          'asset_not_found',
          'media_type_mismatch',
          'media_undecodable',
          'media_too_large',
          'url_refused',
          'idempotency_mismatch',
          'quota_exceeded',
          'conflict',
          'gone',
          'storage_full',
        ),
      },
    },
    get: {
      operationId: 'listGenerations',
      tags,
      summary: 'List generations',
      description: 'Those of the API key, the newest first, without deleted ones.',
      security: needs('read'),
      parameters: queryParameters(listQuery),
      responses: {
        200: answer('A page of generations.', 'GenerationList', { data: [SUCCEEDED], next_cursor: null }),
        ...problems('keyed', 'invalid_request'),
      },
    },
  },
  '/v1/generations/estimate': {
    post: {
      operationId: 'estimateGeneration',
      tags,
      summary: 'Ask what something would cost',
      description: 'Takes the body of a generation. Nothing is stored, fetched or queued.',
      security: needs('read'),
      requestBody: body('GenerationBody', BODIES),
      responses: {
        200: answer('Seconds of work, and of waiting.', 'Estimate', {
          model: 'picturebook',
          seconds: 0.84,
          measured: true,
          queue: { position: 2, estimated_seconds: 1.4 },
        }),
        ...problems('keyed', ...BODY_ERRORS, 'unsupported_by_bundle', 'model_not_found'),
      },
    },
  },
  '/v1/generations/{id}': {
    get: {
      operationId: 'getGeneration',
      tags,
      summary: 'Read a generation',
      security: needs('read'),
      parameters: [id],
      responses: {
        200: answer('The generation as it is now.', 'Generation', SUCCEEDED),
        ...problems('keyed', 'not_found', 'gone'),
      },
    },
    delete: {
      operationId: 'deleteGeneration',
      tags,
      summary: 'Delete a generation',
      description:
        'Cancels it where it runs, and erases its inputs, outputs and caches. Deleting it again makes sure that nothing is left.',
      security: needs('generate'),
      parameters: [id],
      responses: {
        204: empty('Nothing is left of it.'),
        ...problems('keyed', 'not_found', 'conflict'),
      },
    },
  },
  '/v1/generations/{id}/cancel': {
    post: {
      operationId: 'cancelGeneration',
      tags,
      summary: 'Cancel a generation',
      description: 'A running one frees its place at its next step. One that has ended stays as it is.',
      security: needs('generate'),
      parameters: [id],
      responses: {
        200: answer('The generation as it ended: canceled, or whatever came first.', 'Generation', CANCELED),
        ...problems('keyed', 'not_found', 'gone'),
      },
    },
  },
};
