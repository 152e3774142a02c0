import { beforeEach, describe, expect, it } from '@jest/globals';
import { Lanes } from './lanes.ts';

let now: number;
let lanes: Lanes;
beforeEach(() => {
  now = 1_000;
  lanes = new Lanes({ total: 8, owner: 4, lane: 2 }, () => now);
});

const to = (host: string, owner = 'key_a') => ({ owner, host, target: `https://${host}/hook` });

/** Enters, which must succeed. */
function place(host: string, owner?: string): () => void {
  const entered = lanes.enter(to(host, owner));
  if (!('leave' in entered)) throw new Error(`no place for ${host}`);
  return entered.leave;
}

/** Enters in vain; the answer is the wait. */
function wait(host: string, owner?: string): number {
  const entered = lanes.enter(to(host, owner));
  if ('leave' in entered) throw new Error(`a place for ${host}`);
  return entered.waitMilliseconds;
}

describe('Lanes', () => {
  it('has so many places for a host of a key, and for a key', () => {
    const leave = place('a');
    place('a');
    wait('a');
    place('a', 'key_b');
    place('b');
    place('b');
    wait('c');
    leave();
    place('c');
  });

  it('gives turns one after the other, at the pace of the lane', () => {
    const leave = place('a');
    place('a');
    expect([wait('a'), wait('a'), wait('a')]).toEqual([100, 200, 300]);
    now += 1_200;
    leave();
    place('a');
    expect(wait('a')).toBe(250); // 200 ms and 1,200 ms make 500 ms.
  });

  it('lets nobody wait longer than a minute', () => {
    place('a');
    place('a');
    const waits = Array.from({ length: 1_000 }, () => wait('a'));
    expect(Math.max(...waits)).toBe(60_000);
  });

  it('leaves half of the places to those who are not slow', () => {
    const owners = ['key_1', 'key_2', 'key_3', 'key_4', 'key_5'];
    const slow = owners.map((owner) => {
      const leave = place('slow', owner);
      now += 15_000;
      leave();
      return owner;
    });
    for (const owner of slow.slice(0, 4)) place('slow', owner);
    wait('slow', 'key_5');
    for (const owner of ['key_6', 'key_7']) for (const host of ['x', 'y']) place(host, owner);
    wait('z', 'key_8');
  });

  it('leaves them to others, whatever names of hosts a slow key comes up with', () => {
    const keys = ['key_1', 'key_2'];
    const enter = (host: string, owner: string) => lanes.enter(to(host, owner));
    const begun = keys.flatMap((owner) => [0, 1, 2].map((count) => enter(`${owner}-${count}`, owner)));
    now += 3_000;
    // Six go on for long: they are slow already, and so is any other host of theirs.
    expect(enter('new', 'key_1')).toHaveProperty('waitMilliseconds');
    expect(enter('a', 'key_3')).toHaveProperty('leave');
    now += 12_000;
    for (const one of begun) if ('leave' in one) one.leave();
    const again = keys.flatMap((owner) => [0, 1, 2].map((count) => enter(`${owner}-other-${count}`, owner)));
    expect(again.filter((one) => 'leave' in one)).toHaveLength(3); // That of key_3 goes on and is slow as well.
    expect(enter('b', 'key_4')).toHaveProperty('leave');
  });

  it('knows a fast host of a key that has slow ones beside it', () => {
    place('fast')();
    const slow = place('slow');
    now += 15_000;
    slow();
    for (const owner of ['key_1', 'key_2']) {
      const leave = place('slow', owner);
      now += 15_000;
      leave();
    }
    for (const owner of ['key_1', 'key_1', 'key_2', 'key_2']) place('slow', owner);
    wait('other');
    place('fast');
  });

  it('takes a lane for a fast one again when it has been fast for a while', () => {
    const slow = place('a');
    now += 15_000;
    slow();
    for (let count = 0; count < 4; count += 1) {
      const leave = place('a');
      now += 10;
      leave();
    }
    for (let count = 0; count < 2; count += 1) place('a');
    expect(wait('a')).toBeLessThan(1_000);
  });

  it('pauses a target, not its host', () => {
    lanes.pause('https://a/hook', 30_000);
    now += 10_000;
    expect(wait('a')).toBe(20_000);
    expect('leave' in lanes.enter({ owner: 'key_a', host: 'a', target: 'https://a/other' })).toBe(true);
    now += 20_000;
    place('a');
  });

  it('forgets lanes in which nothing goes on', () => {
    for (let count = 0; count < 3_000; count += 1) place(`host-${count}`, `key_${count}`)();
    const held = place('a');
    for (let count = 0; count < 3_000; count += 1) place(`host-${count}`, `key_${count}`)();
    place('a');
    wait('a');
    held();
    place('a');
  });
});
