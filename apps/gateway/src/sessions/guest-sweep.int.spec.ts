import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { objectKeys, readResult } from '@medley/domain';
import { Backends, PICTURE, TestGateway } from '../gateway.fixture.ts';
import { EndGeneration } from '../generations/end-generation.ts';
import { GuestSweep } from './guest-sweep.ts';

const GIF = 'GIF89a\x01\x00\x01\x00';

let backends: Backends;
let gateway: TestGateway;
beforeAll(async () => {
  backends = await Backends.start();
  gateway = await TestGateway.start(backends, { MEDLEY_PLAYGROUND: 'public', MEDLEY_TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(async () => {
  await gateway.close();
  await backends.close();
});

/** A guest with a file of his own, a generation that has ended, and one that is open. */
async function visit(address: string) {
  const begun = await fetch(gateway.url('/v1/session'), { method: 'POST', headers: { 'x-forwarded-for': address } });
  const { key } = (await begun.json()) as { key: { id: string } };
  const cookie = begun.headers.get('set-cookie')!.split(';')[0]!;
  const headers = { cookie, origin: gateway.url('/').origin, 'x-forwarded-for': address };
  const post = async (path: string, type: string, body: string) => {
    const response = await fetch(gateway.url(path), {
      method: 'POST',
      headers: { ...headers, 'content-type': type },
      body,
    });
    return (await response.json()) as { id: string };
  };
  await post('/v1/assets', 'image/gif', `${GIF}${address}`);
  const data = `data:image/gif;base64,${Buffer.from(`${GIF}inline`).toString('base64')}`;
  const json = JSON.stringify({ ...PICTURE, conditions: [{ type: 'image', data }] });
  const made = await post('/v1/generations', 'application/json', json);
  const open = await post('/v1/generations', 'application/json', JSON.stringify(PICTURE));
  const file = objectKeys.output(made.id, 1, 1, 'token', 'image.png');
  await backends.store.put(file, Buffer.from('made'), { contentType: 'image/png' });
  await backends.commit(made.id, { status: 'succeeded', outputs: [] });
  await post(`/v1/generations/${made.id}/share`, 'application/json', '{}');
  return { owner: key.id, made: made.id, open: open.id };
}

type Guest = Awaited<ReturnType<typeof visit>>;
const leftOf = async ({ owner, made, open }: Guest) => {
  const prefixes = [
    ...objectKeys.ownedPrefixes(owner),
    `generations/${made}/`,
    `generations/${open}/`,
    objectKeys.open(open),
  ];
  return (await Promise.all(prefixes.map((prefix) => backends.keys(prefix)))).flat();
};
const marksOf = async ({ owner }: Guest) =>
  (await backends.keys(objectKeys.guestPrefix)).filter((key) => key.split('/')[2] === owner);

/** Makes a guest one who ended long ago. */
async function endLongAgo(guest: Guest): Promise<void> {
  const marks = await marksOf(guest);
  for (const mark of marks) {
    const old = mark.replace(/^guests\/\d+/, objectKeys.guest(1, '').slice(0, -1));
    await backends.store.put(old, Buffer.alloc(0), { contentType: 'application/x-empty' });
  }
  await backends.store.delete(marks);
}

describe('a pass over guests', () => {
  it('erases what those sent and made who have ended, and nothing of others', async () => {
    const [gone, here] = [await visit('192.0.2.1'), await visit('192.0.2.2')];
    const kept = await leftOf(here);
    expect(await marksOf(gone)).toHaveLength(3);
    await endLongAgo(gone);
    const sweep = new GuestSweep(backends.store, new EndGeneration(backends.ports));
    const signal = new AbortController().signal;
    expect(await sweep.pass(signal)).toBe(1);
    expect(await leftOf(gone)).toEqual([objectKeys.result(gone.made), objectKeys.result(gone.open)]);
    for (const id of [gone.made, gone.open])
      expect(await readResult(backends.store, id)).toMatchObject({ status: 'deleted', outputs: [] });
    expect([await marksOf(gone), await leftOf(here)]).toEqual([[], kept]);
    expect(await sweep.pass(signal)).toBe(0);
  });
});
