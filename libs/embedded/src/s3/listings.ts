import type { ObjectStore } from './object-store.ts';
import { S3Error } from './s3-error.ts';
import { document } from './xml.ts';

/** ListObjectsV2. */
export function listObjects(bucket: string, query: URLSearchParams, store: ObjectStore): string {
  const asked = Number(query.get('max-keys') ?? 1000);
  if (!Number.isInteger(asked) || asked < 0)
    throw new S3Error('InvalidArgument', `max-keys is ${query.get('max-keys')}; a number from 0 on is expected`);
  const limit = Math.min(asked, 1000);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8');
  const page = limit === 0 ? { entries: [], prefixes: [] } : store.list({ prefix, delimiter, after, limit });
  const url = query.get('encoding-type') === 'url';
  const name = (key: string) => (url ? encodeURIComponent(key).replaceAll('%2F', '/') : key);
  const next = 'next' in page ? page.next : undefined;
  return document('ListBucketResult', {
    Name: bucket,
    Prefix: name(prefix),
    Delimiter: delimiter === '' ? undefined : name(delimiter),
    MaxKeys: limit,
    EncodingType: url ? 'url' : undefined,
    KeyCount: page.entries.length + page.prefixes.length,
    IsTruncated: next !== undefined,
    NextContinuationToken: next === undefined ? undefined : Buffer.from(next).toString('base64url'),
    Contents: page.entries.map(({ key, etag, bytes, modified }) => ({
      Key: name(key),
      LastModified: new Date(modified),
      ETag: `"${etag}"`,
      Size: bytes,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: page.prefixes.map((common) => ({ Prefix: name(common) })),
  });
}

/** ListMultipartUploads. */
export function listUploads(bucket: string, uploads: { id: string; key: string; started: number }[]): string {
  return document('ListMultipartUploadsResult', {
    Bucket: bucket,
    IsTruncated: false,
    Upload: uploads.map(({ id, key, started }) => ({ Key: key, UploadId: id, Initiated: new Date(started) })),
  });
}
