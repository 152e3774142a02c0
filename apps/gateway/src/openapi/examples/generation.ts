import type { z } from 'zod';
import type { submission } from '@medley/domain';
import type { GenerationView } from '../answers/generation.ts';

const ID = 'gen_01jc8n4w2v6q0x3r5t7y9z1b2d';
const BASE = 'http://127.0.0.1:8080';
export const DIGEST = '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

/** Bodies of POST /v1/generations. */
export const BODIES: Record<string, z.input<typeof submission>> = {
  picture: {
    conditions: [{ type: 'text', text: 'a dog on a blue background' }],
    outputs: [{ type: 'image' }],
  },
  everything: {
    model: 'picturebook',
    conditions: [
      { type: 'text', text: 'a dog on a blue background, bouncing', weight: 1 },
      { type: 'audio', asset: 'ast_01jc8n4w2v6q0x3r5t7y9z1b2d', weight: 0.6 },
      { type: 'image', url: 'https://example.com/dog.png' },
    ],
    outputs: [{ type: 'image', format: 'png' }, { type: 'video', fps: 12 }, { type: 'audio' }, { type: 'text' }],
    negative: 'a cat',
    seed: 42,
    steps: 20,
    guidance: 3,
    sampler: 'flow_euler',
    samples: 2,
    determinism: 'strict',
    priority: 'high',
    deadline_seconds: 120,
    webhook: { url: 'https://example.com/hooks', events: ['generation.succeeded', 'generation.failed'] },
    metadata: { order: '1234' },
  },
};

export const QUEUED: GenerationView = {
  id: ID,
  status: 'queued',
  model: 'picturebook',
  bundle: { name: 'picturebook', digest: DIGEST },
  created_at: '2026-11-25T09:30:00.000Z',
  conditions: [{ type: 'text', weight: 1, text: 'a dog on a blue background' }],
  requested: [{ type: 'image', format: 'png', guidance: 3 }],
  seed: 42,
  steps: 16,
  sampler: 'flow_euler',
  samples: 1,
  determinism: 'tolerant',
  priority: 'normal',
  metadata: {},
  progress: { stage: 'queued', step: 0, steps: 16, outputs: ['image'] },
  queue: { position: 2, estimated_seconds: 1.4 },
  outputs: [],
  timings: {},
  urls: {
    get: `${BASE}/v1/generations/${ID}`,
    events: `${BASE}/v1/generations/${ID}/events`,
    cancel: `${BASE}/v1/generations/${ID}/cancel`,
  },
};

const { queue: _queue, ...begun } = QUEUED;
export const SUCCEEDED: GenerationView = {
  ...begun,
  status: 'succeeded',
  progress: { ...begun.progress, stage: 'succeeded', step: 16 },
  outputs: [
    {
      type: 'image',
      role: 'primary',
      sample: 0,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      bytes: 6_514,
      content_type: 'image/png',
      width: 64,
      height: 64,
      asset: `ast_${ID.slice(4)}00`,
      url: `${BASE}/v1/generations/${ID}/outputs/0?expires=1795603800&signature=8f2c`,
    },
  ],
  timings: { diffuse_started_seconds: 0.21, diffuse_completed_seconds: 0.92, assemble_completed_seconds: 1.05 },
};

export const CANCELED: GenerationView = {
  ...begun,
  status: 'canceled',
  progress: { ...begun.progress, stage: 'canceled' },
};

export const EVENTS: Record<string, unknown> = {
  accepted: { type: 'accepted', created_at: '2026-11-25T09:30:00.000Z' },
  step: { type: 'step', step: 3, steps: 16, outputs: ['image'] },
  preview: { type: 'preview', output: 'image', sample: 0, step: 3, image: 'data:image/webp;base64,UklGRg==' },
  output: { type: 'output', output: 'image', role: 'primary', sample: 0 },
  succeeded: { type: 'succeeded' },
  failed: { type: 'failed', code: 'media_undecodable', message: 'conditions[0] is no picture that can be decoded' },
};
