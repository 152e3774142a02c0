/** The other side of the bench, in a process of its own: a latents server, and a TCP server that just writes the same bytes. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { LatentStore, LatentsServer } from '@medley/latents';
import { float32, tensorBytes } from '@medley/tensor';
import { DEPLOYMENT, SECRET, SIZES, type PeerMessage } from './protocol.ts';

const store = new LatentStore({ budgetBytes: 64 * 2 ** 20, leaseSeconds: 3_600 });
const tensors = new Map(
  SIZES.map((bytes) => [
    bytes,
    float32(
      [bytes / 4],
      Float32Array.from({ length: bytes / 4 }, (_, at) => at % 997),
    ),
  ]),
);
const references = [...tensors.values()].map((tensor) => store.put('gen_bench', tensor));
const server = await LatentsServer.listen({
  store,
  host: '127.0.0.1',
  port: 0,
  deployment: DEPLOYMENT,
  secret: SECRET,
});

/** Every request is the number of bytes that are wanted, as an unsigned 32 bit integer. */
const raw = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (request) => {
    const tensor = tensors.get(request.readUInt32LE());
    if (tensor !== undefined) socket.write(tensorBytes(tensor));
  });
}).listen(0, '127.0.0.1');
await once(raw, 'listening');

process.send?.({
  address: server.address,
  rawPort: (raw.address() as AddressInfo).port,
  references: references.map((reference) => ({ ...reference, address: server.address })),
} satisfies PeerMessage);
process.on('disconnect', () => process.exit(0));
