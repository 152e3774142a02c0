import { describe, expect, it } from '@jest/globals';
import { isRecent } from './find-redis.ts';
import { PACKAGE_MANAGERS, installCommands, type PackageManager } from './package-managers.ts';

const managers = Object.keys(PACKAGE_MANAGERS) as PackageManager[];

describe('installCommands', () => {
  it.each(managers)('calls %s itself as root', (manager) => {
    const commands = installCommands(manager, { root: true, sudo: false, terminal: false });
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) expect(command[0]).toBe(manager);
  });

  it('asks sudo for a password only where somebody can type one', () => {
    const first = (terminal: boolean) => installCommands('apk', { root: false, sudo: true, terminal })[0];
    expect(first(true)).toEqual(['sudo', 'apk', 'add', 'redis']);
    expect(first(false)).toEqual(['sudo', '-n', 'apk', 'add', 'redis']);
  });

  it('has no command without root and sudo, but for Homebrew, which wants neither', () => {
    const rights = { root: false, sudo: false, terminal: true };
    expect(managers.filter((manager) => installCommands(manager, rights).length > 0)).toEqual(['brew']);
  });
});

describe('isRecent', () => {
  it.each([
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', true],
    ['Valkey server v=8.1.1 sha=00000000:0', true],
    ['Redis server v=6.2.0 sha=0', true],
    ['Redis server v=6.0.16 sha=0', false],
    ['something else', false],
  ])('%s: %j', (version, expected) => expect(isRecent(version)).toBe(expected));
});
