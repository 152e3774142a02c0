import { ServiceError } from '@medley/client';

/** Who is signed in. */
export interface Session {
  guest: boolean;
  key: { id: string; name: string };
}

/**
 * Trades the key of an address like `/#key=mdl_…` for the session's cookie and takes it out of the address; without one
 * goes on with the session that there is, or as a guest where visitors may. Undefined: a key has to be asked for.
 */
export async function openSession(): Promise<Session | undefined> {
  const key = takeKey();
  if (key !== undefined) return signIn(key);
  return (await ask('GET')) ?? (await ask('POST'));
}

/** Throws ServiceError in the service's words when the key is none. */
export async function signIn(key: string): Promise<Session> {
  const response = await send('POST', { key });
  if (response.ok) return (await response.json()) as Session;
  const { code, detail } = (await response.json()) as { code: string; detail: string };
  throw new ServiceError(response.status, code, detail);
}

export async function signOut(): Promise<void> {
  await send('DELETE');
}

async function ask(method: 'GET' | 'POST'): Promise<Session | undefined> {
  const response = await send(method);
  return response.ok ? ((await response.json()) as Session) : undefined;
}

function send(method: string, body?: object): Promise<Response> {
  return fetch('/v1/session', {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
}

/** The key is taken out of the address at once, so that it is not kept, shown or passed on. */
function takeKey(): string | undefined {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const key = fragment.get('key') ?? undefined;
  if (key === undefined) return undefined;
  fragment.delete('key');
  const rest = fragment.size === 0 ? '' : `#${fragment}`;
  history.replaceState(history.state, '', location.pathname + location.search + rest);
  return key;
}
