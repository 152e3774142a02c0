export { readNullCondition, verifyBundle } from './bundle.ts';
export { GraphRunner, type GraphObserver, type GraphTime } from './graph-runner.ts';
export { STAGE_GRAPHS } from './graph-signature.ts';
export { SessionPool, type SessionPoolOptions } from './session-pool.ts';
export { createJointModel } from './joint-model.ts';
export { TextCodec } from './text-codec.ts';
export { LatentDecoder, LatentPreviewer, PromptEncoder, type WrittenText } from './codecs.ts';
