import { describe, expect, it } from '@jest/globals';
import { parseSubmission } from '@medley/domain';
import { checkFreeBytes } from './data-folder.ts';
import { greeting } from './greeting.ts';
import { containerName, dockerArguments } from './docker-redis.ts';
import { socketUrl } from './redis-process.ts';

describe('greeting', () => {
  it('shows a request that the service takes, for all that the first bundle makes', () => {
    const bundles = [{ name: 'one', modalities: ['image' as const, 'audio' as const] }];
    const text = greeting('http://127.0.0.1:8080', 'mdl_key', '/data', bundles);
    const body = /-d '(.*)'/.exec(text)?.[1] ?? '';
    expect(parseSubmission(JSON.parse(body)).outputs.map(({ type }) => type)).toEqual(['image', 'audio']);
    expect(text).toContain('http://127.0.0.1:8080/#key=mdl_key\n');
    expect(text).toContain("curl -s http://127.0.0.1:8080/v1/generations -H 'Authorization: Bearer mdl_key'");
  });
});

describe('checkFreeBytes', () => {
  it('refuses a disk that is full, and says how full', () => {
    expect(() => checkFreeBytes('/data', 12_000_000)).toThrow(
      'the disk of /data is full: 11 MB are free, 256 MB are needed',
    );
    expect(() => checkFreeBytes('/data', 1e9)).not.toThrow();
  });
});

describe('the private Redis', () => {
  it('in Docker listens on loopback only and runs as who started it', () => {
    expect(dockerArguments('/data/redis', 7000, 1000, 1001).join(' ')).toBe(
      `run --rm --name ${containerName('/data/redis')} --publish 127.0.0.1:7000:6379 --volume /data/redis:/data --user 1000:1001 valkey/valkey:8-alpine valkey-server /data/redis.conf`,
    );
  });

  it('has a URL whatever its path holds', () => {
    const url = socketUrl('/a b/ü/redis.sock');
    expect(decodeURIComponent(new URL(url).pathname)).toBe('/a b/ü/redis.sock');
  });
});
