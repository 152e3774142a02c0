import type { DataType } from '@medley/tensor';

/** Messages between a SessionPool and its threads. */

export interface TensorMessage {
  dataType: DataType;
  shape: readonly number[];
  data: Float32Array | Uint16Array | BigInt64Array | Uint8Array;
}

export interface TextDecoding {
  bos: number;
  eos: number;
  /** Tokens to write at most. */
  maximum: number;
  layers: number;
  heads: number;
  headWidth: number;
  /** One uniform number in (0, 1) for each token, and the temperature; greedy without. */
  sampling?: { temperature: number; uniforms: Float64Array };
}

export type ThreadTask =
  | { type: 'load'; path: string }
  | { type: 'run'; path: string; feeds: Record<string, TensorMessage> }
  | { type: 'write'; path: string; latent: Float32Array; shape: readonly number[]; decoding: TextDecoding };

export interface GraphSignature {
  inputs: Record<string, { type: string; shape: (number | string)[] }>;
  outputs: Record<string, { type: string; shape: (number | string)[] }>;
}

/** What a task comes to; `finite` is false where logits were not numbers. */
export type TaskAnswer =
  | { type: 'load'; signature: GraphSignature }
  | { type: 'run'; outputs: Record<string, TensorMessage> }
  | { type: 'write'; tokens: number[]; truncated: boolean; finite: boolean };

/** `milliseconds`: for which the thread was at it. */
export type ThreadAnswer = TaskAnswer & { milliseconds: number };

export type ThreadMessage = { id: number; answer: ThreadAnswer } | { id: number; error: string };
