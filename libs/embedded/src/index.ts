export { S3Server, type S3ServerOptions } from './s3/s3-server.ts';
export type { Credentials } from './s3/signature.ts';
export { descendants, type ProcessRow } from './process-table.ts';
