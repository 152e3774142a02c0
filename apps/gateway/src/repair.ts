import { readRepairEnvironment } from './env.ts';
import { runRepair } from './repair/run-repair.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));
process.once('SIGTERM', () => stop.abort(new Error('terminated')));

process.exitCode = await runRepair(process.argv.slice(2), () => readRepairEnvironment(), {
  out: process.stdout,
  err: process.stderr,
  signal: stop.signal,
});
