import { closeSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';

/** A process for sandbox.int.spec.ts: tries what its first argument names, and says on its output what came of it. */
const [, , attempt, argument = ''] = process.argv;

const attempts: Record<string, () => unknown> = {
  /** Is asked whether it starts at all. */
  probe: () => 'starts',
  connect: async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect(Number(argument), '127.0.0.1', () => (socket.destroy(), resolve('connected')));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    return promise;
  },
  read: () => readFileSync(argument, 'utf8'),
  write: () => writeFileSync(argument, 'written'),
  processes: () => readdirSync('/proc').includes(argument),
  /** How many MiB of so many can be had. */
  allocate: () => {
    const parts: Buffer[] = [];
    try {
      while (parts.length * 16 < Number(argument)) parts.push(Buffer.alloc(16 * 2 ** 20, 1));
    } catch {
      // As much as there is.
    }
    return parts.length * 16;
  },
  /** How many files of so many can be open. */
  open: () => {
    const files: number[] = [];
    try {
      while (files.length < Number(argument)) files.push(openSync('/dev/null', 'r'));
    } catch {
      // As many as there can be.
    }
    files.forEach(closeSync);
    return files.length;
  },
};

try {
  console.log(JSON.stringify(await attempts[attempt!]!()));
} catch (error) {
  console.log(JSON.stringify((error as NodeJS.ErrnoException).code));
}
