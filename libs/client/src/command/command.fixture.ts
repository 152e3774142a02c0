import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo, ListenOptions, Server } from 'node:net';
import { Writable } from 'node:stream';
import type { CommandEnvironment } from './env.ts';
import { runCommand } from './run-command.ts';

/** An environment in which nothing is known but what is named. */
export function environmentOf(known: Partial<CommandEnvironment>): CommandEnvironment {
  const nothing = { url: undefined, key: undefined, running: undefined, redisUrl: undefined, s3Endpoint: undefined };
  return { ...nothing, bundles: '/nothing/here', models: [], ...known };
}

/** Runs a command in this process; answers its exit code and what it printed. */
export async function run(
  argv: readonly string[],
  known: Partial<CommandEnvironment>,
  signal = new AbortController().signal,
): Promise<{ code: number; output: string; words: string }> {
  const [out, err] = [new Printed(), new Printed()];
  const code = await runCommand(argv, { out, err, signal }, environmentOf(known));
  return { code, output: out.text, words: err.text };
}

class Printed extends Writable {
  text = '';

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** A server on loopback that keeps what it was asked. */
export async function serve(
  listener: RequestListener,
): Promise<{ url: string; requests: IncomingMessage[]; server: Server }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume().once('end', () => listener(request, response));
  });
  return { url: `http://127.0.0.1:${await listen(server, { port: 0, host: '127.0.0.1' })}`, requests, server };
}

/** Answers the port. */
export async function listen(server: Server, options: ListenOptions): Promise<number | undefined> {
  await once(server.listen(options), 'listening');
  return (server.address() as AddressInfo).port;
}
