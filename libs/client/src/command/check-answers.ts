import { once } from 'node:events';
import { connect } from 'node:net';

const REDIS_PORT = 6379;
const WEB_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Resolves with the address, when something listens where the URL of Redis or S3, the value of the variable `name`, points.
 * Rejects with an Error otherwise. A password in the URL is not told.
 */
export async function checkAnswers(name: string, url: string, signal: AbortSignal): Promise<string> {
  const shown = url.replace(/(:\/\/)[^/@]*@/, '$1…@');
  if (!URL.canParse(url)) throw new Error(`${name} is ${shown}; a URL is expected`);
  const address = addressOf(url);
  const socket = connect({ ...address, signal, timeout: 5_000 });
  socket.once('timeout', () => socket.destroy(new Error('no answer within 5 s')));
  try {
    await once(socket, 'connect');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${name} is ${shown}, where nothing answers (${code ?? message})`, { cause: error });
  } finally {
    socket.destroy();
  }
  return 'path' in address ? address.path : `${address.host}:${address.port}`;
}

/** Where a URL of Redis or S3 points: a socket, or a host with the port that its scheme means where it names none. */
export function addressOf(url: string): { path: string } | { host: string; port: number } {
  const { protocol, hostname, port, pathname } = new URL(url);
  if (/unix:$/.test(protocol)) return { path: decodeURIComponent(pathname) };
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port === '' ? (WEB_PORTS[protocol] ?? REDIS_PORT) : Number(port) };
}
