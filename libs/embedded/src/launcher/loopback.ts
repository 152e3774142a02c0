import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { LauncherError } from './launcher-error.ts';

export const LOOPBACK = '127.0.0.1';

/** Throws LauncherError when something listens on that port of the loopback. */
export async function checkPortFree(port: number): Promise<void> {
  const server = createServer().listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is taken' : `can't be used (${code})`;
    throw new LauncherError(`port ${port} ${why}; choose another one: npm start -- --port ${port + 1}`, {
      cause: error,
    });
  }
  server.close();
  await once(server, 'close');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Throws LauncherError when nothing listens where the URL, the value of the variable `name`, points. */
export async function checkAnswers(name: string, url: string, defaultPort: number): Promise<void> {
  const shown = url.replace(/(:\/\/)[^/@]*@/, '$1…@');
  if (!URL.canParse(url)) throw new LauncherError(`${name} is ${shown}; a URL is expected`);
  const { protocol, hostname, port, pathname } = new URL(url);
  const address = /unix:$/.test(protocol)
    ? { path: decodeURIComponent(pathname) }
    : { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port === '' ? defaultPort : port) };
  const socket = connect({ ...address, timeout: 5_000 });
  socket.once('timeout', () => socket.destroy(new Error('no answer within 5 s')));
  try {
    await once(socket, 'connect');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new LauncherError(`${name} is ${shown}, where nothing answers (${code ?? message})`, { cause: error });
  } finally {
    socket.destroy();
  }
}
