import { request } from 'undici';
import { GenerationError } from '@medley/domain';
import { checkPublicUrl, guardedAgent, refusalOf } from './public-url.ts';

export interface PostLimits {
  /** From the look-up of the name to the head of the answer. */
  seconds: number;
  /** Hosts, addresses or CIDR networks that pass although they are not public. */
  allowed: readonly string[];
}

/** How a POST ended. `reason` is in words that its owner may read. */
export type PostOutcome =
  | { type: 'answered'; status: number; retryAfter?: string }
  | { type: 'refused' | 'unreachable' | 'timeout'; reason: string };

/**
 * Sends one POST to a client's URL, to public addresses only: the address is checked when the connection is made. A redirect
 * is an answer like any other and is not followed. Of the answer only its head is read, so that its size and pace don't
 * matter. Rejects with the signal's reason alone.
 */
export async function postPublicUrl(
  url: string,
  { headers, body }: { headers: Record<string, string>; body: string },
  { seconds, allowed }: PostLimits,
  signal: AbortSignal,
): Promise<PostOutcome> {
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(seconds * 1000);
  const agent = guardedAgent(allowed);
  try {
    const answer = await request(checkPublicUrl(url, allowed), {
      method: 'POST',
      dispatcher: agent,
      signal: AbortSignal.any([signal, limit]),
      headers,
      body,
    });
    answer.body.on('error', () => undefined).destroy();
    const retryAfter = answer.headers['retry-after'];
    return {
      type: 'answered',
      status: answer.statusCode,
      ...(typeof retryAfter === 'string' ? { retryAfter } : {}),
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (limit.aborted) return { type: 'timeout', reason: `no answer within ${seconds} s` };
    if (error instanceof GenerationError) return { type: 'refused', reason: error.message };
    const refused = refusalOf(error);
    if (refused !== undefined) return { type: 'refused', reason: refused };
    return { type: 'unreachable', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await agent.destroy();
  }
}
