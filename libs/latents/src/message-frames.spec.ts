import { describe, expect, it } from '@jest/globals';
import { frameHead, MalformedMessage, MessageFrames } from './message-frames.ts';

const messages = [
  new Uint8Array(0),
  Uint8Array.of(1),
  new Uint8Array(300).fill(2),
  new Uint8Array(0),
  new Uint8Array(7),
];
const stream = Buffer.concat(messages.flatMap((message) => [frameHead(message.byteLength), message]));

function cut(bytes: Uint8Array, every: number): Uint8Array[] {
  const frames = new MessageFrames(300);
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += every)
    frames.push(bytes.subarray(at, at + every), (message) => found.push(new Uint8Array(message)));
  return found;
}

describe('MessageFrames', () => {
  it('finds the messages however the stream is cut', () => {
    for (let every = 1; every <= stream.byteLength; every += 1) expect(cut(stream, every)).toEqual(messages);
  });

  it('knows whether a message is incomplete', () => {
    const frames = new MessageFrames(300);
    const torn = [...stream].map((byte) => {
      frames.push(Uint8Array.of(byte), () => {});
      return frames.torn;
    });
    expect(torn.filter((one) => !one)).toHaveLength(messages.length);
    expect(frames.torn).toBe(false);
  });

  it('refuses a message that is too long before it takes memory for it, and a compressed one', () => {
    expect(() => cut(frameHead(301), 5)).toThrow(
      new MalformedMessage('a message has 301 bytes; it may have 300 at most'),
    );
    expect(() => cut(Uint8Array.of(1, 0, 0, 0, 0), 5)).toThrow('compressed');
  });
});
