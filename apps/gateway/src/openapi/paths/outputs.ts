import {
  FILE_ANSWERS,
  FILE_PARAMETERS,
  answer,
  body,
  empty,
  needs,
  parameter,
  problems,
  type Paths,
} from '../operation.ts';
import { BODY_ERRORS } from '../operation.ts';
import { SUCCEEDED } from '../examples/generation.ts';

const TOKEN = '01jc8n4w2v6q0x3r5t7y9z1b2dJ3kq0pZtVn8yQ2wRLq5sYtUvWxYz0123456789-_AbCdEfGh';
const URL = `http://127.0.0.1:8080/s/${TOKEN}`;
const { asset: _asset, ...output } = SUCCEEDED.outputs[0]!;

export const outputPaths: Paths = {
  '/v1/generations/{id}/outputs/{index}': {
    get: {
      operationId: 'downloadOutput',
      tags: ['Generations'],
      summary: 'Download an output',
      description:
        'By the link that the generation gives, without an API key, or with the key of the generation. Where storage has a public name (`S3_PUBLIC_ENDPOINT`) the answer is a redirect to it.',
      security: [{ signedLink: [] }, ...needs('read')],
      parameters: [parameter('GenerationId'), parameter('OutputIndex'), parameter('Expires'), ...FILE_PARAMETERS],
      responses: {
        ...FILE_ANSWERS,
        302: empty('The file is behind `location`, for a moment.', ['location']),
        ...problems('keyed', 'not_found', 'gone', 'range_not_satisfiable'),
      },
    },
  },
  '/v1/generations/{id}/share': {
    post: {
      operationId: 'shareGeneration',
      tags: ['Shared links'],
      summary: 'Share what was made',
      description:
        'A link that nobody can guess. Asked for again it stays the same, and lives from now on for `expires_seconds`; that of a guest ends with the guest. It shows nothing once its key is revoked. The files carry the settings that made them, prompts included.',
      security: needs('generate'),
      parameters: [parameter('GenerationId')],
      requestBody: body('ShareBody', { 'a day': { expires_seconds: 86_400 } }, false),
      responses: {
        201: answer(
          'The link.',
          'Share',
          { url: URL, expires_at: '2026-12-02T09:30:00.000Z', files_carry_settings: true },
          ['location'],
        ),
        ...problems('keyed', ...BODY_ERRORS, 'not_found', 'gone', 'conflict'),
      },
    },
    delete: {
      operationId: 'unshareGeneration',
      tags: ['Shared links'],
      summary: 'Take a link back',
      description: 'Holds at once. A later link is another one.',
      security: needs('generate'),
      parameters: [parameter('GenerationId')],
      responses: {
        204: empty('There is no link any more.'),
        ...problems('keyed', 'not_found', 'gone'),
      },
    },
  },
  '/s/{token}': {
    get: {
      operationId: 'getShared',
      tags: ['Shared links'],
      summary: 'Open a shared link',
      description:
        'A browser that accepts `text/html` gets a page that shows it. An address may open 240 a minute, files included.',
      security: [],
      parameters: [parameter('ShareToken')],
      responses: {
        200: answer('What was made.', 'SharedGeneration', {
          model: 'picturebook',
          created_at: '2026-11-25T09:30:00.000Z',
          expires_at: '2026-12-02T09:30:00.000Z',
          seed: 42,
          steps: 16,
          sampler: 'flow_euler',
          outputs: [{ ...output, url: `${URL}/outputs/0` }],
        }),
        ...problems('open', 'not_found', 'gone'),
      },
    },
  },
  '/s/{token}/outputs/{index}': {
    get: {
      operationId: 'downloadShared',
      tags: ['Shared links'],
      summary: 'Download a file of a shared link',
      description: 'Once the link is taken back, its time is over or its key is revoked, nothing is served any more.',
      security: [],
      parameters: [parameter('ShareToken'), parameter('OutputIndex'), ...FILE_PARAMETERS],
      responses: { ...FILE_ANSWERS, ...problems('open', 'not_found', 'gone', 'range_not_satisfiable') },
    },
  },
};
