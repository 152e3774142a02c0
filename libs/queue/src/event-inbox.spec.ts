import { describe, expect, it } from '@jest/globals';
import type { LoggedEvent, PreviewEvent } from '@medley/domain';
import { EventInbox } from './event-inbox.ts';

const never = new AbortController().signal;
const entry = (number: number): LoggedEvent => ({ id: `1-${number}`, event: { type: 'fetching', condition: number } });
const preview = (output: 'image' | 'video', step: number): PreviewEvent => ({
  type: 'preview',
  output,
  sample: 0,
  step,
  image: 'data:image/webp;base64,AA==',
});

describe('EventInbox', () => {
  it('gives what came in order, once', () => {
    const inbox = new EventInbox();
    inbox.put(entry(1));
    inbox.put(entry(2));
    expect(inbox.take()).toEqual({ events: [entry(1), entry(2)], previews: [], overflowed: false });
    expect(inbox.take()).toEqual({ events: [], previews: [], overflowed: false });
  });

  it('holds a bounded number of events and then tells its follower to read the log', () => {
    const inbox = new EventInbox();
    for (let number = 0; number < 10_000; number += 1) inbox.put(entry(number));
    expect(inbox.take()).toEqual({ events: [], previews: [], overflowed: true });
    inbox.put(entry(10_000));
    expect(inbox.take()).toEqual({ events: [entry(10_000)], previews: [], overflowed: false });
  });

  it('keeps of previews the latest of each output only', () => {
    const inbox = new EventInbox();
    for (let step = 0; step < 1_000; step += 1) inbox.putPreview(preview('image', step));
    inbox.putPreview(preview('video', 5));
    expect(inbox.take().previews).toEqual([preview('image', 999), preview('video', 5)]);
  });

  it('wakes its follower for events, previews and an overflow', async () => {
    for (const cause of ['event', 'preview', 'overflow']) {
      const inbox = new EventInbox();
      const woken = inbox.wait(never);
      if (cause === 'event') inbox.put(entry(1));
      else if (cause === 'preview') inbox.putPreview(preview('image', 1));
      else inbox.overflow();
      await woken;
      await inbox.wait(never);
    }
  });

  it('stops waiting with the reason of the signal', async () => {
    const inbox = new EventInbox();
    const stop = new AbortController();
    const waiting = inbox.wait(stop.signal);
    stop.abort(new Error('the client is gone'));
    await expect(waiting).rejects.toThrow('the client is gone');
    await expect(inbox.wait(stop.signal)).rejects.toThrow('the client is gone');
  });
});
