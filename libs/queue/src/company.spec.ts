import { describe, expect, it } from '@jest/globals';
import { Company } from './company.ts';

const never = () => new AbortController().signal;

/** Who is inside, in the order of entering, and what sends each out again. */
function visitors() {
  const company = new Company();
  const inside: string[] = [];
  const leave = new Map<string, () => void>();
  const come = async (name: string, { alone = false, signal = never() } = {}) => {
    const left = await company.enter(alone, signal);
    inside.push(name);
    leave.set(name, () => {
      inside.splice(inside.indexOf(name), 1);
      left();
    });
  };
  const settled = () => new Promise(setImmediate);
  return { inside, come, settled, leave: (name: string) => leave.get(name)!() };
}

describe('Company', () => {
  it('lets in all that mind no company', async () => {
    const { inside, come } = visitors();
    await Promise.all([come('a'), come('b'), come('c')]);
    expect(inside).toEqual(['a', 'b', 'c']);
  });

  it('lets one that is to be alone in when the others have left, and whoever came later after that', async () => {
    const { inside, come, settled, leave } = visitors();
    await Promise.all([come('a'), come('b')]);
    const later = [come('suspect', { alone: true }), come('c'), come('another', { alone: true }), come('d')];
    leave('a');
    await settled();
    expect(inside).toEqual(['b']);
    leave('b');
    await settled();
    expect(inside).toEqual(['suspect']);
    leave('suspect');
    await settled();
    expect(inside).toEqual(['c']);
    leave('c');
    await settled();
    expect(inside).toEqual(['another']);
    leave('another');
    await Promise.all(later);
    expect(inside).toEqual(['d']);
  });

  it('waits for nobody who has given up', async () => {
    const { inside, come } = visitors();
    await come('a');
    const stop = new AbortController();
    const gone = expect(come('suspect', { alone: true, signal: stop.signal })).rejects.toThrow('canceled');
    const next = come('b');
    stop.abort(new Error('canceled'));
    await gone;
    await next;
    expect(inside).toEqual(['a', 'b']);
    await expect(come('late', { signal: stop.signal })).rejects.toThrow('canceled');
  });
});
