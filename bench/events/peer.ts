/** The event clients of the bench, in a process of their own. */
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { now, type ClientsAnswer, type ClientsMessage } from './protocol.ts';

const agent = new Agent({ maxSockets: Infinity });
const open: IncomingMessage[] = [];
let delays: number[] = [];

/** Resolves with the first event. */
async function follow({ base, key }: { base: string; key: string }, generation: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}` };
  const request = get(`${base}/v1/generations/${generation}/events`, { agent, headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`a stream was answered ${response.statusCode}`);
  open.push(response);
  const lines = createInterface({ input: response });
  lines.on('line', (line) => {
    const step = /^data: \{"type":"step","step":(\d+)/.exec(line)?.[1];
    if (step !== undefined) delays.push((now() - Number(step)) / 1000);
  });
  await once(lines, 'line');
}

async function answer(message: ClientsMessage): Promise<ClientsAnswer> {
  if (message.type === 'open') await Promise.all(message.generations.map((one) => follow(message, one)));
  if (message.type === 'close') {
    const closed = open.map((response) => once(response, 'close'));
    for (const response of open.splice(0)) response.destroy();
    await Promise.all(closed);
  }
  const taken = { delays };
  delays = [];
  return taken;
}

process.on('message', (message: ClientsMessage) => void answer(message).then((taken) => process.send?.(taken)));
process.on('disconnect', () => process.exit(0));
