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

/** The same for a person to type, and where. */
const BY_HAND = {
  'apt-get': { commands: ['apt-get update', 'apt-get install -y redis-server'], systems: 'Debian, Ubuntu' },
  dnf: { commands: ['dnf install -y valkey || dnf install -y redis'], systems: 'Fedora, RHEL' },
  apk: { commands: ['apk add redis'], systems: 'Alpine' },
  brew: { commands: ['brew install redis'], systems: 'macOS' },
} as const satisfies Record<PackageManager, { commands: readonly string[]; systems: string }>;

/** `terminal`: somebody can type a password. Without root, sudo and a password it answers nothing, except for Homebrew. */
export function installCommands(
  manager: PackageManager,
  { root, sudo, terminal }: { root: boolean; sudo: boolean; terminal: boolean },
): string[][] {
  const commands = PACKAGE_MANAGERS[manager].map((command) => [...command]);
  if (root || manager === 'brew') return commands;
  if (!sudo) return [];
  return commands.map((command) => [...sudoCommand(terminal), ...command]);
}

/** `sudo`, which asks for a password only where somebody can type one. */
export function sudoCommand(terminal: boolean): string[] {
  return ['sudo', ...(terminal ? [] : ['-n'])];
}

/** What a person types when nothing else worked: for the package managers that are there, or for each there is. */
export function manualCommands(
  managers: readonly PackageManager[],
  { root, sudo }: { root: boolean; sudo: boolean },
): string[] {
  if (managers.length > 0) return managers.map((manager) => byHand(manager, root, sudo));
  const all = Object.keys(BY_HAND) as PackageManager[];
  return all.map((manager) => `${byHand(manager, root, true)}     (${BY_HAND[manager].systems})`);
}

function byHand(manager: PackageManager, root: boolean, sudo: boolean): string {
  const { commands } = BY_HAND[manager];
  if (root || manager === 'brew') return commands.join(' && ');
  if (!sudo) return `su -c '${commands.join(' && ')}'`;
  return commands.map((command) => `sudo ${command.replace('|| ', '|| sudo ')}`).join(' && ');
}
