export { sniff, type MediaType } from './sniff.ts';
export { imageSize, type ImageSize } from './image-size.ts';
export { MediaPool, type MediaPoolOptions } from './media-pool.ts';
export { Media } from './media.ts';
export type { SandboxLevel, SandboxPolicy } from './sandbox.ts';
