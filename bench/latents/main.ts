/** Latent fetch on loopback beside a raw TCP copy of the same bytes: `npm run bench:latents`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { cpus, loadavg } from 'node:os';
import type { AssetStore } from '@medley/domain';
import { LatentStore, TensorExchange } from '@medley/latents';
import { DEPLOYMENT, SECRET, SIZES, type PeerMessage } from './protocol.ts';

const ROUNDS = 15;
const CALLS = 20;
const WARM_UP = 30;
/** Reads exactly `bytes` into memory of its own. */
async function rawCopy(socket: Socket, bytes: number): Promise<void> {
  const target = new Uint8Array(bytes);
  const { promise, resolve } = Promise.withResolvers<void>();
  let at = 0;
  const take = (part: Buffer) => {
    target.set(part, at);
    at += part.byteLength;
    if (at === bytes) resolve();
  };
  socket.on('data', take);
  const request = Buffer.alloc(4);
  request.writeUInt32LE(bytes);
  socket.write(request);
  await promise;
  socket.off('data', take);
}

/** Milliseconds of each of `count` calls, one after another. */
async function measure(count: number, call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const begin = performance.now();
    await call();
    times.push(performance.now() - begin);
  }
  return times;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const child = fork(new URL('./peer.ts', import.meta.url));
const [{ rawPort, references }] = (await once(child, 'message')) as [PeerMessage];
const socket = connect({ port: rawPort, host: '127.0.0.1', noDelay: true });
await once(socket, 'connect');
// Every byte has to come from the peer.
const nowhere = { get: () => Promise.resolve(undefined) } as unknown as AssetStore;
const exchange = new TensorExchange({
  store: new LatentStore({ budgetBytes: 0, leaseSeconds: 1 }),
  objects: nowhere,
  deployment: DEPLOYMENT,
  secret: SECRET,
});
const { signal } = new AbortController();

/** Medians of the rounds, in milliseconds. */
async function rounds(call: () => Promise<unknown>): Promise<number[]> {
  await measure(WARM_UP, call);
  const medians: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) medians.push(median(await measure(CALLS, call)));
  return medians;
}

// The copies come first: beside fetches they would pay for the garbage of these, and make them look good.
const copied: number[] = [];
for (const bytes of SIZES) copied.push(median(await rounds(() => rawCopy(socket, bytes))));
const figures = [];
for (const [index, bytes] of SIZES.entries()) {
  const fetched = median(await rounds(() => exchange.fetch('gen_bench', references[index]!, signal)));
  figures.push({
    bytes,
    fetch_p50_ms: Number(fetched.toFixed(3)),
    raw_tcp_p50_ms: Number(copied[index]!.toFixed(3)),
    ratio_to_raw_tcp: Number((copied[index]! / fetched).toFixed(3)),
  });
}
exchange.close();
socket.destroy();
child.disconnect();

const [cpu] = cpus();
console.log(
  JSON.stringify(
    {
      bench: 'latents',
      machine: `${cpus().length} × ${cpu!.model}`,
      node: process.version,
      load_average: loadavg()[0],
      figures,
    },
    undefined,
    2,
  ),
);
const [small, large] = figures;
const met = small!.fetch_p50_ms <= 3 && large!.ratio_to_raw_tcp >= 0.35;
console.log(`256 KiB p50 ≤ 3 ms and 4 MiB ≥ 0.35 of raw TCP: ${met ? 'met' : 'missed'}`);
process.exitCode = met ? 0 : 1;
