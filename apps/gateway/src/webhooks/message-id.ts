import { createHash } from 'node:crypto';

/** The `webhook-id` of an event: the same for everybody who is told of it and however often. `moment` tells events of progress apart. */
export function messageId(generation: string, event: string, moment = ''): string {
  return `msg_${createHash('sha256').update(`${generation}\0${event}\0${moment}`).digest('base64url').slice(0, 27)}`;
}
