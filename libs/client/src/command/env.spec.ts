import { describe, expect, it } from '@jest/globals';
import { environmentOf } from './command.fixture.ts';
import { findConnection, findUrl, runningAt } from './env.ts';
import { UsageError } from './usage.ts';

const running = { url: 'http://127.0.0.1:8080', key: 'mdl_bootstrap' };
const here = environmentOf({ running });
const ELSEWHERE = 'https://medley.example';

describe('findConnection', () => {
  it('takes what runs here where nothing else is said', () => {
    expect(findConnection({}, here)).toEqual(running);
  });

  it('takes options before variables, and variables before what runs here', () => {
    const set = environmentOf({ running, url: ELSEWHERE, key: 'mdl_set' });
    expect(findConnection({}, set)).toEqual({ url: ELSEWHERE, key: 'mdl_set' });
    const options = { url: 'http://other.example', key: 'mdl_given' };
    expect(findConnection(options, set)).toEqual(options);
  });

  it.each(['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/below', 'HTTP://127.0.0.1:8080'])(
    'takes the key of what runs here for %s, which is the same origin',
    (url) => {
      expect(findConnection({ url }, here)).toEqual({ url, key: running.key });
      expect(findConnection({}, { ...here, url })).toEqual({ url, key: running.key });
    },
  );

  it.each([
    ELSEWHERE,
    'http://127.0.0.1:8081',
    'https://127.0.0.1:8080',
    'http://localhost:8080',
    'http://127.0.0.1.medley.example:8080',
    'http://127.0.0.1:8080@medley.example',
  ])('asks for a key for %s instead of sending it that of what runs here', (url) => {
    const words = `no key is known for ${url}: pass --key, or set MEDLEY_KEY`;
    expect(() => findConnection({ url }, here)).toThrow(new UsageError(words));
    expect(() => findConnection({}, { ...here, url })).toThrow(new UsageError(words));
    expect(findConnection({ url, key: 'mdl_given' }, here)).toEqual({ url, key: 'mdl_given' });
    expect(findConnection({ url }, { ...here, key: 'mdl_set' })).toEqual({ url, key: 'mdl_set' });
  });

  it('says what to do where no service is known', () => {
    expect(() => findConnection({ key: 'mdl_given' }, environmentOf({}))).toThrow(/^no service is known here: run npm/);
  });

  it.each(['localhost:8080', 'medley', 'http://', 'file:///etc'])('refuses the address "%s" in words', (url) => {
    const expected = 'an address such as http://127.0.0.1:8080 is expected';
    expect(() => findConnection({ url }, here)).toThrow(new UsageError(`--url is "${url}"; ${expected}`));
    expect(() => findConnection({}, { ...here, url })).toThrow(new UsageError(`MEDLEY_URL is "${url}"; ${expected}`));
  });
});

describe('without a key', () => {
  it('the address is known, and what runs there', () => {
    expect(findUrl({ url: ELSEWHERE }, here)).toBe(ELSEWHERE);
    expect(findUrl({}, here)).toBe(running.url);
    expect(findUrl({}, environmentOf({}))).toBeUndefined();
    expect(runningAt(`${running.url}/`, here)).toBe(running);
    expect(runningAt(ELSEWHERE, here)).toBeUndefined();
  });
});
