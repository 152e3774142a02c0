import { crc32c } from '@node-rs/crc32';
import { ServerError, Status } from 'nice-grpc-common';
import { capabilityOf, isCapability } from './capability.ts';
import { ChunkTags } from './chunk-tags.ts';
import { CHUNK_BYTES, chunk } from './chunks.ts';
import {
  DataType,
  type FetchRequest,
  type FetchResponse,
  type ReleaseRequest,
  type ReleaseResponse,
} from './generated/medley/latents/v1/latents.ts';
import type { HeldTensor, LatentStore } from './latent-store.ts';

export const EXCHANGE_VERSION = 1;
/** Chunks of tensors from this size on are tagged: whoever fetches a smaller one has hashed it before the key of a tag is derived. */
const TAGGED_BYTES = 64 * 1024;
const NO_TAG = new Uint8Array(0);

const DATA_TYPES = {
  float32: DataType.DATA_TYPE_FLOAT32,
  float16: DataType.DATA_TYPE_FLOAT16,
} as const satisfies Record<HeldTensor['dataType'], DataType>;

export interface LatentsServiceOptions {
  store: LatentStore;
  /** Name of the deployment; peers of another are refused. */
  deployment: string;
  /** Secret of the deployment. */
  secret: string;
  /** Told of every data message, before it is sent. */
  observe?: (sent: { bytes: number }) => void;
}

/** Serves a latent store (proto/medley/latents/v1). */
export class LatentsService {
  readonly #options: LatentsServiceOptions;

  constructor(options: LatentsServiceOptions) {
    this.#options = options;
  }

  /** The header and all chunks from the offset on. Throws ServerError. */
  *fetch(request: FetchRequest): Generator<FetchResponse> {
    this.#authorize(request, request.digest);
    const digest = Buffer.from(request.digest).toString('hex');
    const held = this.#options.store.get(digest);
    if (held === undefined) throw new ServerError(Status.NOT_FOUND, `the tensor ${digest} is not held here`);
    if (request.offset > held.bytes.byteLength)
      throw new ServerError(
        Status.OUT_OF_RANGE,
        `offset is ${request.offset}; there are ${held.bytes.byteLength} bytes`,
      );
    yield* this.#parts(held, request.offset);
  }

  /** Throws ServerError. */
  release(request: ReleaseRequest): ReleaseResponse {
    this.#authorize(request, request.generation);
    this.#options.store.release(request.generation);
    return {};
  }

  /** The next message is made when the one before has gone out: a slow reader holds a few chunks, not the tensor. */
  *#parts(held: HeldTensor, offset: number): Generator<FetchResponse> {
    const { digest, dataType, shape, bytes, checks } = held;
    const header = { dataType: DATA_TYPES[dataType], shape: [...shape], bytes: bytes.byteLength };
    const sha256 = Buffer.from(digest, 'hex');
    yield { part: { $case: 'header', value: { ...header, sha256 } } };
    const tags = new ChunkTags(this.#options.secret, this.#options.deployment, sha256);
    for (let index = Math.floor(offset / CHUNK_BYTES); index < checks.length; index += 1) {
      const data = chunk(bytes, index);
      const crc = checks[index]!;
      if (crc32c(data) !== crc)
        throw new ServerError(Status.DATA_LOSS, `chunk ${index} of ${digest} changed while it was held`);
      this.#options.observe?.({ bytes: data.byteLength });
      const at = index * CHUNK_BYTES;
      const tag = bytes.byteLength < TAGGED_BYTES ? NO_TAG : tags.tag(at, data);
      yield { part: { $case: 'data', value: { offset: at, data, crc32c: crc, tag } } };
    }
  }

  #authorize(
    { version, deployment, capability }: { version: number; deployment: string; capability: Uint8Array },
    subject: Uint8Array | string,
  ): void {
    if (version !== EXCHANGE_VERSION)
      throw new ServerError(Status.UNIMPLEMENTED, `version is ${version}; this worker speaks ${EXCHANGE_VERSION}`);
    const own = this.#options;
    const expected = capabilityOf(own.secret, own.deployment, subject);
    if (deployment !== own.deployment || !isCapability(capability, expected))
      throw new ServerError(Status.PERMISSION_DENIED, 'the capability is not of this deployment');
  }
}
