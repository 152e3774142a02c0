import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { float32 } from '@medley/tensor';
import { descendants } from '@medley/testing';
import { Media, MediaPool, sniff, type MediaPoolOptions } from './index.ts';
import { hugePng } from './media.fixture.ts';

jest.setTimeout(60_000);

const { signal: never } = new AbortController();
const provenance = '{}';
const long = (signal: AbortSignal, frames = 60, size = 256) =>
  [float32([3, frames, size, size]), { fps: 8, format: 'webm', provenance }, signal] as const;

let pool: MediaPool | undefined;
let media: Media;

/** One child, up and running. */
async function start(options: Partial<MediaPoolOptions> = {}): Promise<void> {
  pool = await MediaPool.start({ children: 1, sandbox: 'auto', ...options });
  media = new Media(pool);
  await expectSound();
}
afterEach(async () => {
  await pool?.close();
  pool = undefined;
});

async function expectSound(): Promise<void> {
  const file = await media.encodeImage(float32([3, 8, 8]), { format: 'png' }, never);
  expect(sniff(file)?.contentType).toBe('image/png');
}

/** The Node processes below a process, sandboxes aside. */
async function mediaProcesses(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8'));
  const children = (await Promise.all(lists)).flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  if (children.length === 0) return [pid];
  return (await Promise.all(children.map(mediaProcesses))).flat();
}

describe('MediaPool', () => {
  it('says which sandbox it has', async () => {
    await start();
    expect(['bubblewrap', 'unshare', 'limits']).toContain(pool?.level);
  });

  it('ends the child of an aborted job and goes on with the next', async () => {
    await start();
    const stop = new AbortController();
    const aborted = expect(media.encodeVideo(...long(stop.signal))).rejects.toThrow('canceled');
    const next = expectSound();
    stop.abort(new Error('canceled'));
    await aborted;
    await next;
  });

  it('takes back a job that has not begun', async () => {
    await start();
    const stop = new AbortController();
    const first = media.encodeVideo(...long(never, 8, 64));
    const waiting = expect(media.encodeVideo(...long(stop.signal))).rejects.toThrow('canceled');
    stop.abort(new Error('canceled'));
    await waiting;
    expect(sniff(await first)?.contentType).toBe('video/webm');
  });

  it('loses one file to a child that crashes, and goes on with another', async () => {
    await start();
    const image = { width: 64, height: 48, maxPixels: 1_000_000_000 };
    // Stopped, so that the child has not decoded it before it crashes.
    for (const pid of await mediaProcesses(process.pid)) process.kill(pid, 'SIGSTOP');
    const poison = media.decodeImage(hugePng(20_000, 20_000), image, never);
    const next = media.decodeImage(hugePng(64, 48), image, never);
    const refused = expect(poison).rejects.toMatchObject({
      code: 'media_undecodable',
      message: 'the file crashes its decoder; encode it anew',
    });
    for (const pid of await mediaProcesses(process.pid)) {
      process.kill(pid, 'SIGSEGV');
      process.kill(pid, 'SIGCONT');
    }
    await refused;
    expect((await next).shape).toEqual([3, 48, 64]);
  });

  it('lets a file of our own be encoded elsewhere when its child dies', async () => {
    await start();
    const lost = expect(media.encodeVideo(...long(never))).rejects.toMatchObject({ code: 'worker_unavailable' });
    for (const pid of await mediaProcesses(process.pid)) process.kill(pid, 'SIGKILL');
    await lost;
    await expectSound();
  });

  it('ends a job that needs too much memory, for which a file that somebody sent is to blame and one of ours is not', async () => {
    await start({ memory: 250 * 2 ** 20 });
    const message = 'the medium needs more than 250 MiB, which is the limit';
    const ours = media.encodeVideo(...long(never, 60, 512));
    await expect(ours).rejects.toMatchObject({ code: 'worker_unavailable', message });
    // The kernel may refuse so much at once, before the watch has seen it.
    const image = { width: 8_000, height: 8_000, maxPixels: 1_000_000_000 };
    const theirs = media.decodeImage(hugePng(64, 48), image, never);
    await expect(theirs).rejects.toMatchObject({
      code: 'media_too_large',
      message: expect.stringMatching(
        /^the (medium needs more than 250 MiB|picture needs more memory than a medium may)/,
      ),
    });
    await expectSound();
  });

  it('ends a job that takes too long', async () => {
    pool = await MediaPool.start({ children: 1, sandbox: 'auto', seconds: 0.3 });
    media = new Media(pool);
    await expect(media.encodeVideo(...long(never, 120))).rejects.toMatchObject({ code: 'worker_unavailable' });
    const clip = hugePng(20_000, 20_000);
    await expect(
      media.decodeImage(clip, { width: 8_000, height: 8_000, maxPixels: 1_000_000_000 }, never),
    ).rejects.toMatchObject({
      code: 'media_timeout',
      message: 'the medium took more than 0.3 s of work, which is the limit',
    });
  });

  it('refuses jobs once it is closed', async () => {
    await start();
    await pool!.close();
    await expect(media.encodeVideo(...long(never))).rejects.toMatchObject({ code: 'worker_unavailable' });
  });
});

/** Every process of the pools below a process: sandboxes and children. */
async function poolProcesses(pid: number): Promise<number[]> {
  return (await descendants(pid)).flatMap(({ id, command }) => (command.includes('media-child') ? [id] : []));
}

/** The child that has begun to decode a picture behind another: libvips is loaded for the first one. */
async function decoding(behind: number): Promise<number> {
  for (;;) {
    for (const pid of await poolProcesses(process.pid)) {
      const maps = await readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '');
      if (pid !== behind && maps.includes('libvips')) return pid;
    }
    await setImmediate();
  }
}

/** Resolves when none of the processes runs any more. */
async function gone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    for (;;) {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
      if (stat === undefined || /^[ZX]$/.test(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3))) break;
      await setImmediate();
    }
  }
}

describe.each(['bubblewrap', 'unshare', 'limits'] as const)('a child at the level %s (or its refusal)', (sandbox) => {
  /** Whether the machine has the level; looks at the refusal where it has not. */
  async function has(options: Partial<MediaPoolOptions>): Promise<boolean> {
    const refused = await start({ sandbox, ...options }).catch((error: unknown) => error as Error);
    if (refused instanceof Error) expect(refused.message).toContain(`MEDLEY_SANDBOX is ${sandbox}, which can't be had`);
    else expect(pool!.level).toBe(sandbox);
    return refused === undefined;
  }

  it('is killed when its job takes too much of the processor, and leaves no process', async () => {
    if (!(await has({ seconds: 0.5 }))) return;
    const before = await poolProcesses(process.pid);
    const bomb = media.decodeImage(
      hugePng(20_000, 20_000),
      { width: 8_000, height: 8_000, maxPixels: 1_000_000_000 },
      never,
    );
    await expect(bomb).rejects.toMatchObject({ code: 'media_timeout' });
    expect(before.length).toBeGreaterThan(0);
    await gone(before);
  });

  it('is killed when its job takes too much memory, and leaves no process', async () => {
    if (!(await has({ memory: 250 * 2 ** 20 }))) return;
    const before = await poolProcesses(process.pid);
    await expect(media.encodeVideo(...long(never, 60, 512))).rejects.toThrow('more than 250 MiB');
    await gone(before);
  });

  it('is killed from outside, and its file is decoded once more and no oftener', async () => {
    if (!(await has({}))) return;
    const image = { width: 64, height: 48, maxPixels: 1_000_000_000 };
    const [first] = await mediaProcesses(process.pid);
    process.kill(first!, 'SIGSTOP');
    const spared = media.decodeImage(hugePng(64, 48), image, never);
    process.kill(first!, 'SIGKILL');
    expect((await spared).shape).toEqual([3, 48, 64]);

    const [second] = await mediaProcesses(process.pid);
    process.kill(second!, 'SIGSTOP');
    const poison = expect(media.decodeImage(hugePng(20_000, 20_000), image, never)).rejects.toMatchObject({
      code: 'media_undecodable',
      message: 'the file crashes its decoder; encode it anew',
    });
    process.kill(second!, 'SIGKILL');
    process.kill(await decoding(second!), 'SIGKILL');
    await poison;
    await expectSound();
  });

  it('leaves no process when the pool is closed in the middle of a job', async () => {
    if (!(await has({}))) return;
    const before = await poolProcesses(process.pid);
    const lost = expect(media.encodeVideo(...long(never))).rejects.toMatchObject({ code: 'worker_unavailable' });
    await pool!.close();
    await lost;
    await gone(before);
  });

  it('ends with a parent that is killed in the middle of a job', async () => {
    const fixture = fileURLToPath(new URL('./sandbox-start.fixture.ts', import.meta.url));
    const parent = spawn(process.execPath, [fixture, sandbox, 'work'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const exited = once(parent, 'exit');
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const before = await poolProcesses(parent.pid!);
    parent.kill('SIGKILL');
    await exited;
    if (!line.includes('"level"')) expect(String(line)).toContain(`MEDLEY_SANDBOX is ${sandbox}`);
    else expect(before.length).toBeGreaterThan(0);
    await gone(before);
  });
});
