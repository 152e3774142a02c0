import { describe, expect, it } from '@jest/globals';
import { externalLocations } from './external-data.ts';

/** A length-delimited field of protobuf. */
function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  const varint = (value: number): number[] =>
    value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))];
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.byteLength)]), bytes]);
}
const all = (...fields: Buffer[]) => Buffer.concat(fields);
/** TensorProto with its data in another file. */
const tensor = (location: string) =>
  all(
    field(8, 'weights'),
    field(13, all(field(1, 'offset'), field(2, '4096'))),
    field(13, all(field(1, 'location'), field(2, location))),
  );
const irVersion = Buffer.from([0x08, 0x0a]);

describe('externalLocations', () => {
  it('finds nothing in a model that has its data in itself', () => {
    const inside = all(field(8, 'location'), field(9, Buffer.alloc(300, 0x6a)), Buffer.from([0x10, 0x01]));
    expect(externalLocations(all(irVersion, field(7, field(5, inside))))).toEqual(new Set());
  });

  it.each([
    ['initializers', field(7, field(5, tensor('a')))],
    ['sparse initializers', field(7, field(15, field(2, tensor('a'))))],
    ['constants', field(7, field(1, field(5, field(5, tensor('a')))))],
    ['lists of constants', field(7, field(1, field(5, field(10, tensor('a')))))],
    ['branches', field(7, field(1, field(5, field(6, field(5, tensor('a'))))))],
    ['lists of graphs', field(7, field(1, field(5, field(11, field(5, tensor('a'))))))],
    ['sparse constants', field(7, field(1, field(5, field(22, field(1, tensor('a'))))))],
    ['functions', field(25, field(7, field(5, field(5, tensor('a')))))],
    ['training graphs', field(20, field(1, field(5, tensor('a'))))],
  ])('finds those of %s', (_name, model) => {
    expect(externalLocations(all(irVersion, model, field(7, field(5, tensor('b')))))).toEqual(new Set(['a', 'b']));
  });

  it('takes a field that comes twice as protobuf does: the last one counts', () => {
    const entry = all(field(1, 'length'), field(2, 'a'), field(1, 'location'), field(2, '../b'));
    expect(externalLocations(field(7, field(5, field(13, entry))))).toEqual(new Set(['../b']));
  });

  it.each([
    ['a text', Buffer.from('not a model at all')],
    ['half a model', field(7, field(5, tensor('a'))).subarray(0, 20)],
    ['a number without an end', Buffer.alloc(12, 0xff)],
  ])('refuses %s', (_name, bytes) => {
    expect(() => externalLocations(bytes)).toThrow('no ONNX model');
  });
});
