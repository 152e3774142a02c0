import { Readable } from 'node:stream';
import { request, type Agent } from 'undici';
import { GenerationError } from '@medley/domain';
import { checkPublicUrl, guardedAgent, refusalOf } from './public-url.ts';

export interface FetchLimits {
  bytes: number;
  seconds: number;
  redirects: number;
  /** Hosts, addresses or CIDR networks that pass although they are not public. */
  allowed: readonly string[];
}

/** A file on its way. */
export interface FetchedFile {
  /** Breaks off with a GenerationError of `fetchPublicUrl`. */
  source: Readable;
  /** As the server declares it, without parameters. */
  contentType: string;
}

/**
 * Fetches a client's URL from public addresses only: the address is checked when the connection is made, on every redirect.
 * `receive` reads the file as it comes; resolves with its answer. Throws what it throws, the signal's reason, or
 * GenerationError `url_refused`, `url_unreachable` (retryable where another attempt may help) or `media_too_large`.
 */
export async function fetchPublicUrl<Answer>(
  url: string,
  limits: FetchLimits,
  signal: AbortSignal,
  receive: (file: FetchedFile) => Promise<Answer>,
): Promise<Answer> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(limits.seconds * 1000)]);
  const agent = guardedAgent(limits.allowed);
  const explain = (error: unknown): unknown => {
    if (error instanceof GenerationError) return error;
    if (signal.aborted) return signal.reason;
    return explainFailure(url, error, deadline.aborted ? limits.seconds : undefined);
  };
  try {
    const { body, contentType, from } = await follow(url, limits, agent, deadline).catch((error: unknown) => {
      throw explain(error);
    });
    return await receive({ source: Readable.from(bounded(body, from, limits.bytes, explain)), contentType });
  } finally {
    await agent.destroy();
  }
}

/** `seconds`: the limit that has passed. */
function explainFailure(url: string, error: unknown, seconds: number | undefined): GenerationError {
  if (seconds !== undefined)
    return new GenerationError('url_unreachable', `${url} was not fetched within ${seconds} s`, {
      retryable: true,
      cause: error,
    });
  const refused = refusalOf(error);
  if (refused !== undefined) return new GenerationError('url_refused', refused, { cause: error });
  return new GenerationError(
    'url_unreachable',
    `${url} can't be fetched: ${error instanceof Error ? error.message : String(error)}`,
    { retryable: true, cause: error },
  );
}

async function follow(
  start: string,
  limits: FetchLimits,
  agent: Agent,
  signal: AbortSignal,
): Promise<{ body: Readable; contentType: string; from: URL }> {
  let url = checkPublicUrl(start, limits.allowed);
  for (let hop = 0; hop <= limits.redirects; hop += 1) {
    const response = await request(url, {
      dispatcher: agent,
      signal,
      headers: { 'user-agent': 'medley-ingest', accept: 'image/*, audio/*, video/*' },
    });
    const { statusCode: status, headers, body } = response;
    if (status >= 300 && status < 400 && typeof headers['location'] === 'string') {
      await body.dump();
      url = checkPublicUrl(new URL(headers['location'], url).href, limits.allowed);
      continue;
    }
    if (status !== 200) {
      await body.dump();
      throw new GenerationError('url_unreachable', `${url.href} answered ${status}`, {
        retryable: status >= 500 || status === 429,
      });
    }
    return {
      body,
      from: url,
      contentType: String(headers['content-type'] ?? 'application/octet-stream')
        .split(';')[0]!
        .trim(),
    };
  }
  throw new GenerationError('url_unreachable', `${start} redirects more than ${limits.redirects} times`);
}

/** The parts of a body as they come, `limit` bytes at most. */
async function* bounded(
  body: Readable,
  url: URL,
  limit: number,
  explain: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  try {
    for await (const part of body as AsyncIterable<Uint8Array>) {
      bytes += part.byteLength;
      if (bytes > limit)
        throw new GenerationError('media_too_large', `${url.href} has more than ${limit} bytes, which is the limit`);
      yield part;
    }
  } catch (error) {
    throw explain(error);
  }
}
