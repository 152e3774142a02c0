import { describe, expect, it } from '@jest/globals';
import { fingerprint } from './fingerprint.ts';

const body = { model: 'm', conditions: [{ type: 'text', text: 'a', weight: 1 }], metadata: {} };

describe('fingerprint', () => {
  it('is the same whatever the order of keys', () => {
    const { model, conditions, metadata } = body;
    const turned = [{ weight: 1, text: 'a', type: 'text' }];
    expect(fingerprint({ metadata, conditions: turned, model })).toBe(fingerprint({ model, conditions, metadata }));
  });

  it.each([
    { ...body, model: 'n' },
    { ...body, seed: null },
    { ...body, metadata: { a: '1' } },
    { ...body, conditions: [...body.conditions, ...body.conditions] },
    { ...body, conditions: [{ type: 'text', text: 'a', weight: '1' }] },
    { ...body, conditions: { ...body.conditions } },
  ])('is another for %j', (other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(body));
  });

  it('tells lists apart that only flow together', () => {
    expect(fingerprint([['a'], 'b'])).not.toBe(fingerprint([['a', 'b']]));
    expect(fingerprint({ a: 'b', c: 'd' })).not.toBe(fingerprint({ a: ['b', 'c', 'd'] }));
  });
});
