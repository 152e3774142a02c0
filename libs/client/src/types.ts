import type { Modality, WebhookEvent } from '@medley/domain';

/** The JSON of the public API (api.md). */

export type ConditionBody =
  | { type: 'text'; text: string; weight?: number }
  | { type: 'image' | 'audio' | 'video'; asset?: string; url?: string; data?: string; weight?: number };

export interface OutputBody {
  type: Modality;
  format?: string;
  width?: number;
  height?: number;
  seconds?: number;
  fps?: number;
  steps?: number;
  guidance?: number;
  max_tokens?: number;
}

export interface GenerationBody {
  model?: string;
  conditions: ConditionBody[];
  negative?: string;
  outputs: OutputBody[];
  seed?: number;
  steps?: number;
  guidance?: number;
  sampler?: string;
  samples?: number;
  determinism?: 'tolerant' | 'strict';
  priority?: 'low' | 'normal' | 'high';
  deadline_seconds?: number;
  /** Is told of this generation; every end by default. */
  webhook?: { url: string; events?: WebhookEvent[] };
  metadata?: Record<string, string>;
}

export interface Output {
  type: Modality;
  role: 'primary' | 'muxed' | 'sidecar';
  sample: number;
  /** Names the file as an asset, such as for a condition of the next generation. */
  asset: string;
  url: string;
  sha256: string;
  bytes: number;
  content_type: string;
  width?: number;
  height?: number;
  seconds?: number;
  fps?: number;
  sample_rate?: number;
  text?: string;
  truncated?: boolean;
}

/** A condition as it was accepted. */
export type AcceptedCondition =
  | { type: 'text'; weight: number; text: string }
  | { type: 'image' | 'audio' | 'video'; weight: number; asset?: string; url?: string };

/** An output as it was accepted. */
export interface RequestedOutput {
  type: Modality;
  format: string;
  guidance: number;
  max_tokens?: number;
}

export interface Generation {
  id: string;
  status: 'queued' | 'fetching' | 'encoding' | 'diffusing' | 'decoding' | 'succeeded' | 'failed' | 'canceled';
  model: string;
  bundle: { name: string; digest: string };
  created_at: string;
  conditions: AcceptedCondition[];
  negative?: string;
  requested: RequestedOutput[];
  seed: number;
  steps: number;
  sampler: string;
  samples: number;
  determinism: 'tolerant' | 'strict';
  priority: 'low' | 'normal' | 'high';
  metadata: Record<string, string>;
  progress: { stage: string; step: number; steps: number };
  queue?: { position: number; estimated_seconds: number };
  outputs: Output[];
  error?: { code: string; message: string; pointer?: string };
  timings: Record<string, number>;
  urls: { get: string; events: string; cancel: string };
}

export interface GenerationList {
  data: Generation[];
  next_cursor: string | null;
}

/** What a generation would cost. */
export interface Estimate {
  model: string;
  /** Of work. */
  seconds: number;
  /** Whether the workers have measured it; else the bundle's own figures say it. */
  measured: boolean;
  queue: { position: number; estimated_seconds: number };
}

export interface Share {
  url: string;
  expires_at: string;
  /** Prompts included. */
  files_carry_settings: boolean;
}

export interface Asset {
  id: string;
  content_type: string;
  bytes: number;
  sha256: string;
}

export interface Model {
  name: string;
  digest: string;
  version: string;
  description: string;
  license: string;
  conditions: Modality[];
  outputs: Partial<Record<Modality, Record<string, number>>>;
  samplers: string[];
  steps: { default: number; min: number; max: number };
  guidance: { default: number; min: number; max: number };
}

export type KeyScope = 'read' | 'generate' | 'admin';

/** Null is no limit. */
export interface KeyLimits {
  requests_per_minute: number | null;
  generations_in_flight: number | null;
  asset_bytes: number | null;
}

/** What is not set follows the deployment. */
export interface KeyBody {
  name: string;
  /** `read` and `generate` by default. */
  scopes?: KeyScope[];
  limits?: Partial<KeyLimits>;
}

export interface Key {
  id: string;
  name: string;
  scopes: KeyScope[];
  limits: KeyLimits;
  created_at: string;
  revoked_at?: string;
}

export interface KeyList {
  data: Key[];
  next_cursor: string | null;
}
