import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

export interface S3Target {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface S3ContractOptions {
  /** False for a store that is known to accept any signature (moto's server by default). */
  signatures: boolean;
  /** False for a store that is known to ignore Content-MD5 (moto's server). */
  digests: boolean;
  /** False for a store that is known to ignore If-Match on puts. */
  ifMatch: boolean;
}

/** Registers the contract that every S3 behind Medley has to keep. `open` answers the target once it can be reached. */
export function s3Contract(
  name: string,
  open: () => Promise<S3Target>,
  close: () => Promise<void>,
  options: S3ContractOptions,
): void {
  describe(`S3 contract: ${name}`, () => {
    let target: S3Target;
    let client: S3Client;
    const folder = `contract-${randomUUID()}/`;
    const connect = (change: Partial<S3Target> = {}) => {
      const { endpoint, region, accessKeyId, secretAccessKey } = { ...target, ...change };
      // The SDK's default checksums on purpose: streamed bodies come with trailers.
      return new S3Client({
        endpoint,
        region,
        credentials: { accessKeyId, secretAccessKey },
        forcePathStyle: true,
        maxAttempts: 1,
      });
    };
    const at = (key: string) => ({ Bucket: target.bucket, Key: folder + key });
    const put = (key: string, body: string | Uint8Array, more: object = {}) =>
      client.send(new PutObjectCommand({ ...at(key), Body: body, ...more }));
    const read = async (key: string, more: object = {}) => {
      const answer = await client.send(new GetObjectCommand({ ...at(key), ...more }));
      return { ...answer, bytes: Buffer.from(await answer.Body!.transformToByteArray()) };
    };
    const status = (code: number) => ({ $metadata: expect.objectContaining({ httpStatusCode: code }) as unknown });

    beforeAll(async () => {
      target = await open();
      client = connect();
    });
    afterAll(async () => {
      client.destroy();
      await close();
    });

    it('gives back bytes, type and metadata', async () => {
      await put('plain', 'content', {
        ContentType: 'text/x-test',
        Metadata: { colour: 'blue' },
        ContentDisposition: 'attachment',
      });
      const found = await read('plain');
      expect(found.bytes.toString()).toBe('content');
      expect(found).toMatchObject({
        ContentType: 'text/x-test',
        Metadata: { colour: 'blue' },
        ContentDisposition: 'attachment',
        ContentLength: 7,
      });
      const head = await client.send(new HeadObjectCommand(at('plain')));
      expect(head.ETag).toBe(`"${createHash('md5').update('content').digest('hex')}"`);
    });

    it('takes empty and large objects', async () => {
      await put('empty', '');
      expect((await read('empty')).bytes).toHaveLength(0);
      const large = randomBytes(3 * 1024 * 1024);
      await put('large', large);
      expect((await read('large')).bytes.equals(large)).toBe(true);
    });

    it("takes a streamed body with the SDK's checksums", async () => {
      const parts = Array.from({ length: 20 }, () => randomBytes(50_000));
      await client.send(
        new PutObjectCommand({ ...at('streamed'), Body: Readable.from(parts), ContentLength: 1_000_000 }),
      );
      expect((await read('streamed')).bytes.equals(Buffer.concat(parts))).toBe(true);
    });

    it('says 404 for what is not there', async () => {
      await expect(read('nothing')).rejects.toMatchObject({ name: 'NoSuchKey', ...status(404) });
      await expect(client.send(new HeadObjectCommand(at('nothing')))).rejects.toMatchObject(status(404));
    });

    it('answers ranges', async () => {
      await put('range', '0123456789');
      expect((await read('range', { Range: 'bytes=2-4' })).bytes.toString()).toBe('234');
      expect((await read('range', { Range: 'bytes=7-' })).bytes.toString()).toBe('789');
      expect((await read('range', { Range: 'bytes=-3' })).bytes.toString()).toBe('789');
      expect(await read('range', { Range: 'bytes=8-20' })).toMatchObject({ ContentRange: 'bytes 8-9/10' });
      await expect(read('range', { Range: 'bytes=10-12' })).rejects.toMatchObject(status(416));
    });

    it('creates once: of racing If-None-Match puts exactly one wins', async () => {
      const racing = await Promise.allSettled(
        Array.from({ length: 12 }, (_, index) => put('once', `racer ${index}`, { IfNoneMatch: '*' })),
      );
      const winners = racing.flatMap((one, index) => (one.status === 'fulfilled' ? [index] : []));
      expect(winners).toHaveLength(1);
      for (const one of racing) {
        if (one.status === 'rejected')
          expect([409, 412]).toContain(
            (one.reason as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode,
          );
      }
      expect((await read('once')).bytes.toString()).toBe(`racer ${winners[0]}`);
    });

    if (options.ifMatch) {
      it('replaces a known version only', async () => {
        const { ETag: first } = await put('version', 'one');
        const { ETag: second } = await put('version', 'two', { IfMatch: first });
        await expect(put('version', 'three', { IfMatch: first })).rejects.toMatchObject(status(412));
        await expect(put('no-version', 'x', { IfMatch: first })).rejects.toMatchObject(status(404));
        expect(await read('version')).toMatchObject({ ETag: second });
      });
    }

    it('lists by prefix, delimiter and page', async () => {
      for (const key of ['list/a', 'list/b/1', 'list/b/2', 'list/c', 'list/ü 1']) await put(key, 'x');
      const list = (more: object) =>
        client.send(new ListObjectsV2Command({ Bucket: target.bucket, Prefix: `${folder}list/`, ...more }));
      const names = (page: { Contents?: { Key?: string | undefined }[] | undefined }) =>
        (page.Contents ?? []).map(({ Key }) => Key!.slice(folder.length));
      expect(names(await list({}))).toEqual(['list/a', 'list/b/1', 'list/b/2', 'list/c', 'list/ü 1']);
      const rolled = await list({ Delimiter: '/' });
      expect(names(rolled)).toEqual(['list/a', 'list/c', 'list/ü 1']);
      expect(rolled.CommonPrefixes).toEqual([{ Prefix: `${folder}list/b/` }]);
      const pages: string[] = [];
      let token: string | undefined;
      do {
        const page = await list({ MaxKeys: 2, ContinuationToken: token });
        pages.push(...names(page));
        token = page.NextContinuationToken;
      } while (token !== undefined);
      expect(pages).toEqual(['list/a', 'list/b/1', 'list/b/2', 'list/c', 'list/ü 1']);
    });

    it.each(['..', '../../etc/passwd', 'a//b', 'a%2Fb', 'sp ace+plus&amp;', 'quote\'"<>', 'ümläut/犬', 'dots/./..'])(
      'keeps the odd key %s apart',
      async (key) => {
        await put(`odd/${key}`, key);
        expect((await read(`odd/${key}`)).bytes.toString()).toBe(key);
        const page = await client.send(
          new ListObjectsV2Command({ Bucket: target.bucket, Prefix: `${folder}odd/${key}` }),
        );
        expect(page.Contents?.[0]?.Key).toBe(`${folder}odd/${key}`);
        await client.send(
          new DeleteObjectsCommand({ Bucket: target.bucket, Delete: { Objects: [{ Key: `${folder}odd/${key}` }] } }),
        );
        await expect(read(`odd/${key}`)).rejects.toMatchObject(status(404));
      },
    );

    it('joins the parts of a multipart upload, and forgets an aborted one', async () => {
      const parts = [randomBytes(5 * 1024 * 1024), randomBytes(1000)];
      const { UploadId } = await client.send(
        new CreateMultipartUploadCommand({ ...at('multi'), ContentType: 'video/mp4' }),
      );
      const etags = [];
      for (const [index, Body] of parts.entries()) {
        const { ETag } = await client.send(
          new UploadPartCommand({ ...at('multi'), UploadId, PartNumber: index + 1, Body }),
        );
        etags.push({ ETag, PartNumber: index + 1 });
      }
      await client.send(
        new CompleteMultipartUploadCommand({ ...at('multi'), UploadId, MultipartUpload: { Parts: etags } }),
      );
      const found = await read('multi');
      expect(found.bytes.equals(Buffer.concat(parts))).toBe(true);
      expect(found.ContentType).toBe('video/mp4');
      const aborted = await client.send(new CreateMultipartUploadCommand(at('aborted')));
      await client.send(
        new UploadPartCommand({ ...at('aborted'), UploadId: aborted.UploadId, PartNumber: 1, Body: 'x' }),
      );
      await client.send(new AbortMultipartUploadCommand({ ...at('aborted'), UploadId: aborted.UploadId }));
      const open = await client.send(new ListMultipartUploadsCommand({ Bucket: target.bucket }));
      expect((open.Uploads ?? []).filter(({ Key }) => Key?.startsWith(folder))).toEqual([]);
      await expect(read('aborted')).rejects.toMatchObject(status(404));
    });

    it('presigns a get and a put', async () => {
      const upload = await getSignedUrl(client, new PutObjectCommand(at('signed')), { expiresIn: 60 });
      expect((await fetch(upload, { method: 'PUT', body: 'by link' })).status).toBe(200);
      const download = await getSignedUrl(
        client,
        new GetObjectCommand({ ...at('signed'), ResponseContentDisposition: 'attachment; filename="f.txt"' }),
        { expiresIn: 60 },
      );
      const answer = await fetch(download);
      expect(await answer.text()).toBe('by link');
      expect(answer.headers.get('content-disposition')).toBe('attachment; filename="f.txt"');
    });

    if (options.digests) {
      it('refuses a body that differs from its digest, and keeps nothing of it', async () => {
        await expect(
          put('damaged', 'content', { ContentMD5: createHash('md5').update('other').digest('base64') }),
        ).rejects.toMatchObject(status(400));
        await expect(read('damaged')).rejects.toMatchObject(status(404));
      });
    }

    if (options.signatures) {
      it('refuses wrong secrets, unknown keys, changed links and expired ones', async () => {
        await put('guarded', 'x');
        for (const change of [{ secretAccessKey: 'wrong' }, { accessKeyId: 'unknown' }]) {
          const other = connect(change);
          await expect(other.send(new GetObjectCommand(at('guarded')))).rejects.toMatchObject(status(403));
          other.destroy();
        }
        const link = await getSignedUrl(client, new GetObjectCommand(at('guarded')), { expiresIn: 60 });
        expect((await fetch(link.replace('guarded', 'plain'))).status).toBe(403);
        expect((await fetch(link.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'))).status).toBe(403);
        const signingDate = new Date(Date.now() - 120_000);
        const late = await getSignedUrl(client, new GetObjectCommand(at('guarded')), { expiresIn: 60, signingDate });
        expect((await fetch(late)).status).toBe(403);
        expect((await fetch(link.split('?')[0]!)).status).toBe(403);
      });
    }
  });
}
