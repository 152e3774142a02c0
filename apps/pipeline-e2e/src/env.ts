import { randomInt } from 'node:crypto';

const DEFAULT_SECONDS = 300;

/**
 * How long faults go on (MEDLEY_CHAOS_SECONDS) and what their sequence follows from (MEDLEY_CHAOS_SEED, a random one by
 * default). Throws an Error that names the variable that is wrong.
 */
export function chaosSettings(): { seconds: number; seed: number } {
  return {
    seconds: wholeNumber('MEDLEY_CHAOS_SECONDS', DEFAULT_SECONDS),
    seed: wholeNumber('MEDLEY_CHAOS_SEED', randomInt(1_000_000)),
  };
}

function wholeNumber(name: string, usual: number): number {
  const given = process.env[name];
  if (given === undefined || given === '') return usual;
  if (!/^\d{1,6}$/.test(given)) throw new Error(`${name} is "${given}"; a whole number from 0 to 999999 is expected`);
  return Number(given);
}
