import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { requireSameOrigin } from './same-origin.ts';

const check = (headers: Record<string, string>) => () =>
  requireSameOrigin(
    { method: 'POST', host: '10.0.0.1:8080', headers } as unknown as FastifyRequest,
    'https://medley.example',
  );

describe('requireSameOrigin', () => {
  it.each([
    [{ origin: 'http://10.0.0.1:8080' }],
    [{ origin: 'https://medley.example' }],
    [{ 'sec-fetch-site': 'same-origin' }],
  ])('lets %j pass', (headers) => {
    expect(check(headers)).not.toThrow();
  });

  it.each([
    [{}],
    [{ origin: 'null' }],
    [{ origin: '' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'https://medley.example.evil.example' }],
    [{ origin: 'http://10.0.0.1:9090' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
  ])('refuses %j', (headers) => {
    expect(check(headers)).toThrow('only pages of medley.example may send it');
  });
});
