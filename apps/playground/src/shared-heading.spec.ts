import { describe, expect, it } from '@jest/globals';
import { headingOf } from './shared-heading.ts';

describe('headingOf', () => {
  it('is the first words that were made', () => {
    expect(headingOf([{}, { text: '' }, { text: 'a dog' }, { text: 'a cat' }])).toBe('a dog');
  });

  it('is never empty', () => {
    expect(headingOf([{ text: ' \n' }])).toBe('Made together');
    expect(headingOf([])).toBe('Made together');
  });
});
