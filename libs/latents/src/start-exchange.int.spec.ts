import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ObjectStorage } from '@medley/testing';
import { float32 } from '@medley/tensor';
import type { CertificateFiles } from './certificate-files.ts';
import { workerCertificate } from './certificates.fixture.ts';
import { LatentStore } from './latent-store.ts';
import { startExchange, type StartExchangeOptions } from './start-exchange.ts';
import type { ExchangeEvent } from './tensor-exchange.ts';

// A thread begins, on a machine that may do much else.
jest.setTimeout(60_000);

const GENERATION = 'gen_00000000000000000000000000';
const { signal } = new AbortController();

let folder: string;
let objects: ObjectStorage;
let events: ExchangeEvent[];
let said: string[];
const open: [name: string, resource: { close(): void }][] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-certificates-'));
  objects = await ObjectStorage.start();
  [events, said] = [[], []];
});
afterEach(async () => {
  for (const [, resource] of open.splice(0).reverse()) resource.close();
  await objects.close();
  await rm(folder, { recursive: true });
});

const say = (_fields: object, message: string) => void said.push(message);
const host = {
  logger: { info: say, warn: say },
  register: (...entry: (typeof open)[number]) => void open.push(entry),
};

function start(changes: Partial<StartExchangeOptions> = {}) {
  return startExchange(host, {
    store: new LatentStore({ budgetBytes: 2 ** 20, leaseSeconds: 60 }),
    objects: objects.store,
    deployment: 'test',
    secret: 'the secret of a deployment',
    observe: (event) => events.push(event),
    ...changes,
  });
}
const serve = { host: '127.0.0.1', port: 0, observe: () => undefined };

async function certificateFiles(): Promise<CertificateFiles> {
  const files = {
    authority: join(folder, 'ca.pem'),
    certificate: join(folder, 'worker.pem'),
    key: join(folder, 'key'),
  };
  const tls = workerCertificate();
  for (const part of ['authority', 'certificate', 'key'] as const) await writeFile(files[part], tls[part]);
  return files;
}

describe('startExchange', () => {
  it('serves and fetches with the certificates of files, and hands over what has to be closed', async () => {
    const certificates = await certificateFiles();
    const producer = await start({ certificates, serve });
    expect(open.map(([name]) => name)).toEqual(['latents server', 'tensor exchange']);
    const reference = await producer.publish(GENERATION, float32([4]), signal);
    await (await start({ certificates })).fetch(GENERATION, reference, signal);
    await (await start()).fetch(GENERATION, reference, signal);
    expect(events).toMatchObject([
      { type: 'published' },
      { type: 'fetched', source: 'peer' },
      { type: 'peer-failed' },
      { type: 'fetched', source: 'object' },
    ]);
    expect(said).toEqual(['latents are served', 'a worker did not hand over a tensor; S3 is asked']);
  });

  it('serves nothing when it is not asked to', async () => {
    const reference = await (await start()).publish(GENERATION, float32([4]), signal);
    expect(reference).not.toHaveProperty('address');
    expect(open.map(([name]) => name)).toEqual(['tensor exchange']);
  });

  it('names a certificate file that is not there', async () => {
    const certificates = { ...(await certificateFiles()), key: join(folder, 'away.key') };
    await expect(start({ certificates, serve })).rejects.toThrow('away.key');
    expect(open).toEqual([]);
  });
});
