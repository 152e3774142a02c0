import { ServiceError, toServiceError } from '@medley/client';

/** Who is signed in. */
export interface Session {
  guest: boolean;
  key: { id: string; name: string };
}

/**
 * The session that stands, or else one as a guest where visitors may. Undefined: a key has to be asked for. Throws
 * ServiceError when the service says neither: a guest's session would take the place of one that may stand.
 */
export async function resumeSession(): Promise<Session | undefined> {
  return (await sessionOf(await send('GET'))) ?? (await sessionOf(await send('POST')));
}

/** Throws ServiceError in the service's words: with status 401 when the key is none. */
export async function signIn(key: string): Promise<Session> {
  return read(await send('POST', { key }));
}

/** Throws ServiceError when the session may still stand. */
export async function signOut(): Promise<void> {
  const response = await send('DELETE');
  if (!response.ok) throw await toServiceError(response);
}

/** The key of an address like `/#key=mdl_…`, which is taken out of it at once, so that it is not kept, shown or passed on. */
export function takeKey(): string | undefined {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const key = fragment.get('key') ?? undefined;
  if (key === undefined) return undefined;
  fragment.delete('key');
  const rest = fragment.size === 0 ? '' : `#${fragment}`;
  history.replaceState(history.state, '', location.pathname + location.search + rest);
  return key;
}

/** Undefined: nobody is signed in. */
async function sessionOf(response: Response): Promise<Session | undefined> {
  return response.status === 401 ? undefined : read(response);
}

async function read(response: Response): Promise<Session> {
  if (!response.ok) throw await toServiceError(response);
  return (await response.json()) as Session;
}

async function send(method: string, body?: object): Promise<Response> {
  const json =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  try {
    return await fetch('/v1/session', { method, ...json });
  } catch {
    throw new ServiceError(0, 'unreachable', 'The service does not answer.');
  }
}
