import { describe, expect, it } from '@jest/globals';
import { PartialFile } from './partial-file.ts';

/** An answer whose connection breaks when all of these bytes have come. */
function breaking(bytes: Uint8Array, init: ResponseInit): Response {
  const parts = [bytes];
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const part = parts.shift();
    if (part === undefined) controller.error(new Error('reset'));
    else controller.enqueue(part);
  };
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), init);
}

const refused = (bytes: number) =>
  new Response(null, { status: 416, headers: { 'content-range': `bytes */${bytes}` } });

/** A file of which ten bytes have come before the connection broke. */
async function broken(): Promise<PartialFile> {
  const file = new PartialFile();
  const answer = breaking(new Uint8Array(10).fill(7), { headers: { etag: '"one"' } });
  await expect(file.read(answer)).rejects.toThrow('reset');
  expect(file.headers).toEqual({ range: 'bytes=10-', 'if-range': '"one"' });
  return file;
}

describe('PartialFile', () => {
  it('goes on where it broke off', async () => {
    const file = await broken();
    const headers = { 'content-range': 'bytes 10-11/12', etag: '"one"' };
    await file.read(new Response(new Uint8Array(2).fill(8), { status: 206, headers }));
    expect([...file.whole()]).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 8]);
  });

  it('is whole when nothing was left to ask for', async () => {
    const file = await broken();
    await file.read(refused(10));
    expect(file.whole()).toEqual(new Uint8Array(10).fill(7));
  });

  it('begins anew when the rest is refused because the file has another length', async () => {
    const file = await broken();
    await expect(file.read(refused(4))).rejects.toThrow('shorter');
    expect(file.headers).toEqual({});
    await file.read(new Response(new Uint8Array(4)));
    expect(file.bytes).toBe(4);
  });
});
