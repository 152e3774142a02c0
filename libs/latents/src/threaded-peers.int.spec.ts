import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { float32, tensorBytes } from '@medley/tensor';
import { Status } from 'nice-grpc-common';
import { LatentStore } from './latent-store.ts';
import { LatentsServer } from './latents-server.ts';
import { ThreadedPeers } from './threaded-peers.ts';

jest.setTimeout(60_000);

const common = { deployment: 'test', secret: 'the secret of a deployment' };
const signal = new AbortController().signal;
const open: { close(): void | Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function exchange() {
  const store = new LatentStore({ budgetBytes: 2 ** 20, leaseSeconds: 60 });
  const server = await LatentsServer.listen({ store, host: '127.0.0.1', port: 0, ...common });
  const peers = new ThreadedPeers({ ...common, deadlineSeconds: 30, idleSeconds: 30 });
  open.push(server, peers);
  const sent = float32([1000], Float32Array.from({ length: 1000 }, Math.sin));
  return { store, server, peers, sent, reference: store.put('gen_a', sent) };
}

describe('ThreadedPeers', () => {
  it('hands tensors and answers of the peer over', async () => {
    const { store, server, peers, sent, reference } = await exchange();
    const fetches = [1, 2, 3].map(() => peers.fetch(server.address, reference, signal));
    for (const received of await Promise.all(fetches))
      expect(Buffer.compare(tensorBytes(received), tensorBytes(sent))).toBe(0);
    store.release('gen_a');
    await expect(peers.fetch(server.address, reference, signal)).rejects.toMatchObject({ code: Status.NOT_FOUND });
    const foreign = { ...reference, shape: [10] };
    await expect(peers.fetch('127.0.0.1:1', foreign, signal)).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  });

  it('rejects what a thread was at when it ends, and begins another', async () => {
    const { server, peers, sent, reference } = await exchange();
    const lost = peers.fetch(server.address, reference, signal);
    const [outcome] = await Promise.allSettled([lost, peers.close()]);
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { code: Status.UNAVAILABLE, details: expect.stringContaining('ended') },
    });
    const received = await peers.fetch(server.address, reference, signal);
    expect(Buffer.compare(tensorBytes(received), tensorBytes(sent))).toBe(0);
  });

  it('stops at once when it is told to', async () => {
    const { server, peers, reference } = await exchange();
    const aborted = AbortSignal.abort(new Error('not any more'));
    await expect(peers.fetch(server.address, reference, aborted)).rejects.toThrow('not any more');
    const controller = new AbortController();
    const fetched = peers.fetch(server.address, reference, controller.signal);
    controller.abort(new Error('no longer'));
    await expect(fetched).rejects.toThrow('no longer');
  });
});
