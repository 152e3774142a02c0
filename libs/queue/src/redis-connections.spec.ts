import { describe, expect, it } from '@jest/globals';
import { addressOf } from './redis-connections.ts';

describe('addressOf', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }],
    ['redis://:p%40ss@10.0.0.1:7000/2', { password: 'p@ss', host: '10.0.0.1', port: 7000, db: 2 }],
    ['redis://[::1]:7000', { host: '::1', port: 7000, db: 0 }],
    [
      'rediss://user:pass@redis.example.com',
      {
        username: 'user',
        password: 'pass',
        host: 'redis.example.com',
        port: 6379,
        db: 0,
        tls: { servername: 'redis.example.com' },
      },
    ],
    ['unix:///run/medley/redis.sock', { path: '/run/medley/redis.sock' }],
    ['redis+unix://:pass@localhost/run/redis.sock', { password: 'pass', path: '/run/redis.sock' }],
  ])('understands %s', (url, address) => {
    expect(addressOf(url)).toEqual(address);
  });
});
