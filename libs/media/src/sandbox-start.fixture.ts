import { float32 } from '@medley/tensor';
import { MediaPool } from './media-pool.ts';
import { Media } from './media.ts';
import type { SandboxPolicy } from './sandbox.ts';

/**
 * A process for the tests of this folder: starts a pool with the policy that its first argument names, and says which level
 * it has or why none. With the argument `work` it says so when a child works, and goes on until it is killed.
 */
const [, , sandbox, work] = process.argv;

async function busy(pool: MediaPool): Promise<void> {
  const media = new Media(pool);
  const { signal } = new AbortController();
  await media.encodeImage(float32([3, 8, 8]), { format: 'png' }, signal);
  const clip = media.encodeVideo(float32([3, 400, 512, 512]), { fps: 8, format: 'webm', provenance: '{}' }, signal);
  await Promise.race([clip, new Promise((resolve) => setImmediate(resolve))]);
}

try {
  const pool = await MediaPool.start({ children: 1, sandbox: sandbox as SandboxPolicy });
  if (work === 'work') await busy(pool);
  console.log(JSON.stringify({ level: pool.level }));
  if (work !== 'work') await pool.close();
} catch (error) {
  console.log(JSON.stringify((error as Error).message));
}
