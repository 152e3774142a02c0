/** Commands, one after the other, that install Redis: with each package manager the first that works is enough. */
export const PACKAGE_MANAGERS = {
  'apt-get': [
    ['apt-get', 'install', '-y', 'redis-server'],
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', 'redis-server'],
  ],
  dnf: [
    ['dnf', 'install', '-y', 'valkey'],
    ['dnf', 'install', '-y', 'redis'],
  ],
  apk: [['apk', 'add', 'redis']],
  brew: [['brew', 'install', 'redis']],
} as const satisfies Record<string, readonly (readonly string[])[]>;
export type PackageManager = keyof typeof PACKAGE_MANAGERS;

/** For a person, when nothing else worked. */
export const MANUAL_COMMANDS = [
  'sudo apt-get update && sudo apt-get install -y redis-server     (Debian, Ubuntu)',
  'sudo dnf install -y valkey                                      (Fedora, RHEL)',
  'sudo apk add redis                                              (Alpine)',
  'brew install redis                                              (macOS)',
] as const;

/** `terminal`: somebody can type a password. Without root, sudo and a password it answers nothing, except for Homebrew. */
export function installCommands(
  manager: PackageManager,
  { root, sudo, terminal }: { root: boolean; sudo: boolean; terminal: boolean },
): string[][] {
  const commands = PACKAGE_MANAGERS[manager].map((command) => [...command]);
  if (root || manager === 'brew') return commands;
  if (!sudo) return [];
  return commands.map((command) => ['sudo', ...(terminal ? [] : ['-n']), ...command]);
}
