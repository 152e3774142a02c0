import type { FastifyReply, FastifyRequest } from 'fastify';

const NAME = 'medley_session';

/** The token of the session cookie, if one of its form came. */
export function sessionToken({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  const token = cookies.find((cookie) => cookie.startsWith(`${NAME}=`))?.slice(NAME.length + 1);
  return token !== undefined && /^mds_[A-Za-z0-9_-]{32}$/.test(token) ? token : undefined;
}

/** RFC 6265bis: out of reach for scripts, and sent by pages of this site alone. 0 seconds take it away. */
export function setSessionCookie(
  reply: FastifyReply,
  token: string,
  { seconds, secure }: { seconds: number; secure: boolean },
): void {
  const attributes = ['Path=/', `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Strict', ...(secure ? ['Secure'] : [])];
  void reply.header('set-cookie', [`${NAME}=${token}`, ...attributes].join('; '));
}
