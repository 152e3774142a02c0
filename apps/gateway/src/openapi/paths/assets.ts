import { BODY_ERRORS, FILE_ANSWERS, FILE_PARAMETERS } from '../operation.ts';
import { answer, body, empty, needs, parameter, problems, type Operation, type Paths } from '../operation.ts';

const tags = ['Assets'];
const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const ASSET = { id: 'ast_01jc8n4w2v6q0x3r5t7y9z1b2d', content_type: 'image/png', bytes: 6_514, sha256: SHA256 };
const UPLOAD = 'upl_01jc8n4w2v6q0x3r5t7y9z1b2d';
const FILE = { type: 'string', format: 'binary' };
const MEDIA = ['image/*', 'audio/*', 'video/*', 'application/ogg', 'application/octet-stream'];
const media = Object.fromEntries(MEDIA.map((type) => [type, { schema: FILE }]));
const MEDIA_ERRORS = ['media_type_mismatch', 'media_undecodable', 'media_too_large'] as const;

const create: Operation = {
  operationId: 'createAsset',
  tags,
  summary: 'Upload a file',
  description:
    'Takes JPEG, PNG, WebP, GIF, WAV, FLAC, MP3, Ogg/Opus, MP4 and WebM, at most 64 MiB unless the deployment says otherwise, as a form with one part `file` or as the body itself. What it is, its bytes say; a declared type has to agree. Equal bytes of one key are stored once. The file is used as a condition and never served as it came.',
  security: needs('generate'),
  requestBody: {
    required: true,
    content: {
      'multipart/form-data': {
        schema: { type: 'object', properties: { file: FILE }, required: ['file'] },
      },
      ...media,
    },
  },
  responses: {
    201: answer('The asset.', 'Asset', ASSET, ['location']),
    ...problems('keyed', ...BODY_ERRORS, ...MEDIA_ERRORS, 'quota_exceeded', 'storage_full'),
  },
};

export const assetPaths: Paths = {
  '/v1/assets': { post: create },
  '/v1/assets/{id}': {
    get: {
      operationId: 'getAsset',
      tags,
      summary: 'Read what is known of an asset',
      security: needs('read'),
      parameters: [parameter('AssetId')],
      responses: {
        200: answer('The asset.', 'StoredAsset', { ...ASSET, created_at: '2026-11-25T09:30:00.000Z' }),
        ...problems('keyed', 'not_found'),
      },
    },
    delete: {
      operationId: 'deleteAsset',
      tags,
      summary: 'Delete an asset',
      description: 'What a generation uses stays until that is deleted (`conflict` names it).',
      security: needs('generate'),
      parameters: [parameter('AssetId')],
      responses: { 204: empty('It is erased.'), ...problems('keyed', 'not_found', 'conflict') },
    },
  },
  '/v1/assets/{id}/content': {
    get: {
      operationId: 'downloadAsset',
      tags,
      summary: 'Download a generated asset',
      description: 'What a client sent is never served (`forbidden`).',
      security: needs('read'),
      parameters: [parameter('AssetId'), ...FILE_PARAMETERS],
      responses: { ...FILE_ANSWERS, ...problems('keyed', 'not_found', 'gone', 'range_not_satisfiable') },
    },
  },
  '/v1/assets/uploads': {
    post: {
      operationId: 'beginUpload',
      tags,
      summary: 'Begin an upload straight to storage',
      description:
        'Announce the length and the sha256 of a file, put exactly that to the given address within an hour, then `complete` it.',
      security: needs('generate'),
      requestBody: body('UploadBody', { picture: { content_type: 'image/png', bytes: 6_514, sha256: SHA256 } }),
      responses: {
        201: answer('Where to put the file.', 'UploadTicket', {
          id: UPLOAD,
          upload: {
            method: 'PUT',
            url: `http://127.0.0.1:8080/v1/assets/uploads/${UPLOAD}/content?expires=1795603800&signature=8f2c`,
            headers: { 'content-type': 'image/png' },
            expires_at: '2026-11-25T10:30:00.000Z',
          },
        }),
        200: answer('The key has this file already.', 'KnownFile', { asset: ASSET }),
        ...problems('keyed', ...BODY_ERRORS),
      },
    },
  },
  '/v1/assets/uploads/{id}/content': {
    put: {
      operationId: 'putUpload',
      tags,
      summary: 'Put the file of an upload',
      description: 'Where storage has no public name: by the link that the upload gave, with the headers it named.',
      security: [{ signedLink: [] }],
      parameters: [parameter('UploadId'), parameter('Expires')],
      requestBody: { required: true, content: media },
      responses: {
        204: empty('It is there; `complete` it.'),
        ...problems('open', ...BODY_ERRORS, 'unauthorized', 'not_found', 'conflict', 'storage_full'),
      },
    },
  },
  '/v1/assets/uploads/{id}/complete': {
    post: {
      operationId: 'completeUpload',
      tags,
      summary: 'Make an upload an asset',
      description: 'Once its bytes are those that were announced and of a kind that is taken. May be done twice.',
      security: needs('generate'),
      parameters: [parameter('UploadId')],
      responses: {
        200: answer('The asset.', 'Asset', ASSET),
        ...problems(
          'keyed',
          'invalid_request',
          ...MEDIA_ERRORS,
          'payload_too_large',
          'not_found',
          'conflict',
          'quota_exceeded',
          'storage_full',
        ),
      },
    },
  },
};
