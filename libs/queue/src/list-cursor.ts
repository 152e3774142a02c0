import { GenerationError } from '@medley/domain';

/** A place in a key's list of generations: the last one seen, and when it was created. */
interface ListPlace {
  createdAt: number;
  generation: string;
}

export function encodeCursor({ createdAt, generation }: ListPlace): string {
  return Buffer.from(`${createdAt}:${generation}`).toString('base64url');
}

/** Throws GenerationError `invalid_request` for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): ListPlace {
  const match = /^(\d{1,15}):(gen_[0-9a-z]{26})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) {
    throw new GenerationError(
      'invalid_request',
      `cursor is "${cursor.slice(0, 80)}"; pass on one that a list returned`,
      {
        pointer: '/cursor',
      },
    );
  }
  return { createdAt: Number(match[1]), generation: match[2]! };
}
