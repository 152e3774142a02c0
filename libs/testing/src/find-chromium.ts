import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const APPLICATIONS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** What installs Chromium, by the program that does it; each takes the next command only where the one before did not do. */
const INSTALLERS: Record<string, string[][]> = {
  'apt-get': [
    ['install', '-y', '--no-install-recommends', 'chromium'],
    ['update'],
    ['install', '-y', '--no-install-recommends', 'chromium'],
  ],
  dnf: [['install', '-y', 'chromium']],
  apk: [['add', 'chromium']],
  brew: [['install', '--cask', 'chromium']],
};

/** A Chromium of this machine: one on the path, or an application of macOS. */
export function findChromium(path: string): string | undefined {
  return NAMES.map((name) => findProgram(name, path)).find((found) => found !== undefined) ?? APPLICATIONS.find(canRun);
}

/** The same, after installing it where there is none. Throws an Error with the way out. */
export function ensureChromium({
  path,
  root,
  say,
}: {
  path: string;
  root: boolean;
  say: (line: string) => void;
}): string {
  for (const [name, commands] of Object.entries(INSTALLERS)) {
    const program = findProgram(name, path);
    for (const args of commands) {
      const found = findChromium(path);
      if (found !== undefined) return found;
      if (program === undefined) continue;
      const command = root || name === 'brew' ? [program, ...args] : ['sudo', '-n', program, ...args];
      say(`the page's tests need a Chromium, and there is none; installing it: ${command.join(' ')}`);
      spawnSync(command[0]!, command.slice(1), { stdio: ['ignore', 2, 2] });
    }
  }
  const found = findChromium(path);
  if (found !== undefined) return found;
  throw new Error("the page's tests need Chromium or Chrome on the PATH: install chromium with the system's packages");
}

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(canRun);
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
