import { commandEnvironment } from './env.ts';
import { runCommand } from './run-command.ts';
import { stopSignal } from './stop-signal.ts';

process.exitCode = await runCommand(
  process.argv.slice(2),
  { out: process.stdout, err: process.stderr, signal: stopSignal() },
  commandEnvironment(),
);
