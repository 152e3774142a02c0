import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisServer } from '@medley/testing';
import type { QueueAdapter } from './queue-adapter.ts';
import { openAdapter } from './queue.fixture.ts';

let server: RedisServer;
let adapter: QueueAdapter;
beforeAll(async () => {
  server = await RedisServer.start();
  ({ adapter } = openAdapter(server.url));
  await adapter.start();
});
afterAll(async () => {
  await adapter.close();
  await server.close();
});

describe('RedisCopies', () => {
  it('keeps what was read, until it is dropped', async () => {
    const copies = adapter.copies('endpoints');
    expect(await copies.get('a')).toBeUndefined();
    await copies.keep('a', 'one', { version: await copies.version('a'), seconds: 60 });
    expect(await copies.get('a')).toBe('one');
    await copies.drop('a');
    expect(await copies.get('a')).toBeUndefined();
  });

  it('keeps nothing that was read before the last change', async () => {
    const copies = adapter.copies('endpoints');
    const version = await copies.version('b');
    await copies.drop('b');
    await copies.keep('b', 'former', { version, seconds: 60 });
    expect(await copies.get('b')).toBeUndefined();
    await copies.keep('b', 'present', { version: await copies.version('b'), seconds: 60 });
    await copies.keep('b', 'former', { version, seconds: 60 });
    expect(await copies.get('b')).toBe('present');
  });
});
