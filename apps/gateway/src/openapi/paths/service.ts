import { DIGEST } from '../examples/generation.ts';
import { answer, needs, parameter, problems, type Paths } from '../operation.ts';

const MODEL = {
  name: 'picturebook',
  digest: DIGEST,
  version: '3.0.0',
  description: '72 things that one can see, hear named, watch move and read about',
  license: 'Apache-2.0',
  conditions: ['text', 'image', 'audio', 'video'],
  outputs: {
    text: { max_tokens: 32 },
    image: { width: 64, height: 64, max_pixels: 67_108_864 },
    audio: { sample_rate: 16_000, channels: 1, samples: 16_384, max_seconds: 60 },
    video: { width: 64, height: 64, frames: 12, fps: 11.71875, max_seconds: 60 },
  },
  samplers: ['flow_euler'],
  steps: { default: 16, min: 1, max: 200 },
  guidance: { default: 4, min: 0, max: 15 },
};

export const servicePaths: Paths = {
  '/v1/models': {
    get: {
      operationId: 'listModels',
      tags: ['Models'],
      summary: 'List models',
      description: 'The first is the default one.',
      security: needs('read'),
      responses: { 200: answer('The models.', 'ModelList', { data: [MODEL] }), ...problems('keyed') },
    },
  },
  '/v1/models/{name}': {
    get: {
      operationId: 'getModel',
      tags: ['Models'],
      summary: 'Read a model',
      description: 'What it takes and makes, its limits, samplers and defaults.',
      security: needs('read'),
      parameters: [parameter('ModelName')],
      responses: { 200: answer('The model.', 'Model', MODEL), ...problems('keyed', 'not_found') },
    },
  },
  '/healthz': {
    get: {
      operationId: 'getLiveness',
      tags: ['Service'],
      summary: 'Is the process alive?',
      security: [],
      responses: { 200: answer('It is.', 'Liveness', { status: 'ok', phase: 'ready' }) },
    },
  },
  '/readyz': {
    get: {
      operationId: 'getReadiness',
      tags: ['Service'],
      summary: 'Can it answer?',
      description: 'What is wrong is told in the log and on the port of the metrics.',
      security: [],
      responses: {
        200: answer('It can.', 'Readiness', {
          phase: 'ready',
          ready: true,
          checks: { redis: { ok: true }, s3: { ok: true }, bundles: { ok: true } },
        }),
        503: answer('It cannot, for now.', 'Readiness', {
          phase: 'ready',
          ready: false,
          checks: { redis: { ok: false }, s3: { ok: true }, bundles: { ok: true } },
        }),
      },
    },
  },
};
