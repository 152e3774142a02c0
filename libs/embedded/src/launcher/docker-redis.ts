import { createHash } from 'node:crypto';
import { findProgram, outputOf, runWatched } from './programs.ts';

/** What Redis runs as where Docker is all that there is. */
const REDIS_IMAGE = 'valkey/valkey:8-alpine';

/** File of `docker` when a daemon answers it that has the image, or could fetch it; undefined otherwise. */
export async function findDocker(path: string, say: (line: string) => void): Promise<string | undefined> {
  const docker = await findProgram('docker', path);
  if (docker === undefined || (await outputOf(docker, ['info'])) === undefined) return undefined;
  say(`Redis is not on this machine; running ${REDIS_IMAGE} with Docker`);
  const present = (await outputOf(docker, ['image', 'inspect', REDIS_IMAGE])) !== undefined;
  return present || (await runWatched(docker, ['pull', REDIS_IMAGE], path)) ? docker : undefined;
}

/** The name of a data folder's container: there can be one of it at a time. */
export function containerName(folder: string): string {
  return `medley-redis-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`;
}

/** Arguments of `docker`. The container listens on loopback only, and its files belong to whoever started it. */
export function dockerArguments(folder: string, port: number, user?: number, group?: number): string[] {
  return [
    ...['run', '--rm', '--name', containerName(folder)],
    ...['--publish', `127.0.0.1:${port}:6379`, '--volume', `${folder}:/data`],
    ...(user === undefined ? [] : ['--user', `${user}:${group ?? user}`]),
    ...[REDIS_IMAGE, 'valkey-server', '/data/redis.conf'],
  ];
}
