export { S3AssetStore, type S3Options } from './s3-asset-store.ts';
export { checkConditionalPuts } from './check-conditional-puts.ts';
export { fetchPublicUrl, type FetchLimits, type FetchedFile } from './fetch-public-url.ts';
export { isPublicAddress } from './public-address.ts';
export { postPublicUrl, type PostLimits, type PostOutcome } from './post-public-url.ts';
export { checkPublicUrl } from './public-url.ts';
