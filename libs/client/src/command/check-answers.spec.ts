import { describe, expect, it } from '@jest/globals';
import { addressOf } from './check-answers.ts';

describe('addressOf', () => {
  it.each([
    ['http://storage.example', { host: 'storage.example', port: 80 }],
    ['https://storage.example/bucket', { host: 'storage.example', port: 443 }],
    ['https://storage.example:8333', { host: 'storage.example', port: 8333 }],
    ['redis://:secret@127.0.0.1/1', { host: '127.0.0.1', port: 6379 }],
    ['rediss://[::1]', { host: '::1', port: 6379 }],
    ['redis://127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    ['unix:///run/redis%201.sock?db=1', { path: '/run/redis 1.sock' }],
  ])('of %s is %j', (url, address) => {
    expect(addressOf(url)).toEqual(address);
  });
});
