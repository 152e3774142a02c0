/** What keeps the launcher from starting, in words that say the way out. It is printed as it is, and the exit code is 1. */
export class LauncherError extends Error {
  override readonly name = 'LauncherError';
}
