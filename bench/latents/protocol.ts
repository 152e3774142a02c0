import type { TensorReference } from '@medley/domain';

export const DEPLOYMENT = 'bench';
export const SECRET = 'the secret of a bench';
/** Bytes of the tensors, in the order of the references. */
export const SIZES = [256 * 1024, 4 * 1024 * 1024];

export interface PeerMessage {
  address: string;
  rawPort: number;
  references: TensorReference[];
}
