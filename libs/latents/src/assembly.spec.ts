import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { crc32c } from '@node-rs/crc32';
import type { TensorReference } from '@medley/domain';
import { Assembly, DamagedTensor } from './assembly.ts';
import { ChunkTags } from './chunk-tags.ts';

const bytes = Uint8Array.from({ length: 16 }, (_, at) => at);
const digest = createHash('sha256').update(bytes).digest();
const reference: TensorReference = { digest: digest.toString('hex'), data_type: 'float32', shape: [4] };
const tags = new ChunkTags('secret', 'deployment', digest);
const none = new Uint8Array(0);

const chunk = (from: number, to: number, change: { data?: Uint8Array; crc32c?: number; tag?: Uint8Array } = {}) => {
  const data = bytes.slice(from, to);
  return { offset: from, data, crc32c: crc32c(data), tag: tags.tag(from, data), ...change };
};
const assemble = (chunks: ReturnType<typeof chunk>[], of = reference) => {
  const assembly = new Assembly(of, tags);
  for (const one of chunks) assembly.take(one);
  return assembly.finish();
};

describe('Assembly', () => {
  it('puts chunks together, with or without tags, and takes what overlaps once', () => {
    const whole = new Uint8Array(bytes).buffer;
    for (const chunks of [
      [chunk(0, 16)],
      [chunk(0, 8), chunk(8, 16)],
      [chunk(0, 8), chunk(4, 16)],
      [chunk(0, 8), chunk(0, 4), chunk(8, 16)],
      [chunk(0, 8, { tag: none }), chunk(8, 16)],
      [chunk(0, 16, { tag: none })],
    ])
      expect(assemble(chunks).data.buffer).toEqual(whole);
  });

  it('copies: the memory of a chunk may be used again', () => {
    const one = chunk(0, 16);
    const assembly = new Assembly(reference, tags);
    assembly.take(one);
    one.data.fill(0);
    expect(assembly.finish().data.buffer).toEqual(bytes.buffer);
  });

  it('refuses a damaged chunk, by its tag or by its checksum, and keeps what came before', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    for (const change of [{ data }, { data, crc32c: crc32c(data) }, { data, tag: none }, { tag: tags.tag(0, data) }]) {
      const assembly = new Assembly(reference, tags);
      assembly.take(chunk(0, 8));
      expect(() => assembly.take(chunk(8, 16, change))).toThrow(DamagedTensor);
      expect(assembly.offset).toBe(8);
    }
  });

  it('hashes the whole when a chunk has no tag', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const foreign = chunk(8, 16, { data, crc32c: crc32c(data), tag: none });
    expect(() => assemble([chunk(0, 8), foreign])).toThrow('is not the tensor');
  });

  it('refuses gaps, too much, and an end too early', () => {
    expect(() => assemble([chunk(4, 8)])).toThrow('bytes 4 to 8 came where 0 to 16 are missing');
    expect(() => assemble([chunk(0, 16)], { ...reference, shape: [3] })).toThrow('where 0 to 12 are missing');
    expect(() => assemble([chunk(0, 8)])).toThrow('the stream ended after 8 of 16 bytes');
  });
});
