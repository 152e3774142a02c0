import { GenerationError, type AssetStore, type OutputRecord } from '@medley/domain';
import { encodeCursor } from '@medley/queue';
import type { AssetLibrary } from '../assets/asset-library.ts';
import { readForm, type FormFile } from '../assets/sent-form.ts';
import type { GatewayEnvironment } from '../env.ts';
import type { EndGeneration } from '../generations/end-generation.ts';
import type { GenerationReader } from '../generations/generation-reader.ts';
import type { GenerationSnapshot } from '../generations/generation-view.ts';
import { expectJson } from '../http/body-parsers.ts';
import { signalOf } from '../http/request-signal.ts';
import type { BundleCatalog } from '../models/bundle-catalog.ts';
import type { Exchange, OpenAiGenerations } from './openai-generations.ts';
import { findMaker, parseBody } from './request-fields.ts';
import type { parseVideoListQuery } from './video-query.ts';
import { checkVideo, translateVideo, videoBody, videoFields } from './video-request.ts';
import { viewVideo } from './video-view.ts';

/** Generations that are looked through at a time for the clips among them. */
const SCANNED = 100;
/** So long a list call looks for more clips once it has found one. */
const SCAN_MILLISECONDS = 2_000;

interface VideosParts {
  generations: OpenAiGenerations;
  reader: GenerationReader;
  end: EndGeneration;
  catalog: BundleCatalog;
  library: AssetLibrary;
  store: AssetStore;
  environment: GatewayEnvironment;
}

/** Clips of OpenAI's API: generations that make video, whoever asked for them. */
export class Videos {
  readonly #parts: VideosParts;

  constructor(parts: VideosParts) {
    this.#parts = parts;
  }

  /** A form, with a file as `input_reference` if at all, or JSON. */
  async create(body: unknown, exchange: Exchange) {
    if (exchange.request.isMultipart()) return this.#createByForm(exchange);
    expectJson(exchange.request);
    return this.#create(body, exchange, async () => undefined);
  }

  async get(id: string, owner: string) {
    return this.#view(await this.#find(id, owner));
  }

  /** The newest first, from the one after `after` on. A page of none is the end: clients go on from its last one. */
  async list({ after, limit }: ReturnType<typeof parseVideoListQuery>, owner: string, signal: AbortSignal) {
    let cursor = after === undefined ? undefined : placeOf(await this.#parts.reader.readDeleted(after, owner));
    const found: GenerationSnapshot[] = [];
    let size = limit;
    const enough = performance.now() + SCAN_MILLISECONDS;
    do {
      signal.throwIfAborted();
      const page = await this.#parts.reader.list(owner, { cursor, limit: size });
      found.push(...page.snapshots.filter(makesVideo));
      cursor = page.cursor;
      size = SCANNED;
    } while (cursor !== undefined && found.length < limit && (found.length === 0 || performance.now() < enough));
    const data = found.slice(0, limit).map((snapshot) => this.#view(snapshot));
    const more = cursor !== undefined || found.length > limit;
    return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: more };
  }

  /** Erases it, and cancels it first where it is not done. */
  async delete(id: string, owner: string) {
    const { request } = await this.#find(id, owner);
    await this.#parts.end.delete(request);
    return { id, object: 'video.deleted', deleted: true };
  }

  /** The file: with its sound where sound was asked for too. Throws GenerationError `invalid_request` until there is one. */
  async content(id: string, owner: string): Promise<OutputRecord> {
    const snapshot = await this.#find(id, owner);
    const outputs = snapshot.result?.outputs.filter(({ type }) => type === 'video') ?? [];
    const file = outputs.find(({ role }) => role === 'muxed') ?? outputs[0];
    if (file !== undefined) return file;
    const { status } = this.#view(snapshot);
    throw new GenerationError('invalid_request', `video "${id}" is ${status}; it has a file when it is completed`);
  }

  /** Nothing is stored before the whole form is found to be right. */
  async #createByForm(exchange: Exchange) {
    const { environment, library } = this.#parts;
    const signal = signalOf(exchange.reply);
    await using form = await readForm(exchange.request, { files: 1, bytes: environment.MEDLEY_ASSET_BYTES }, signal);
    const [file] = form.files;
    if (file !== undefined) checkReference(file, form.fields);
    return await this.#create(videoFields(form.fields), exchange, async (owner) => {
      if (file === undefined) return undefined;
      const sent = { source: file.file.read(), declared: file.declared, pointer: '/input_reference' };
      return library.addStream(owner, sent, signal);
    });
  }

  async #create(
    body: unknown,
    exchange: Exchange,
    store: (owner: string) => Promise<{ id: string; content_type: string } | undefined>,
  ) {
    const asked = parseBody(videoBody, body);
    const entry = findMaker(this.#parts.catalog, asked.model, 'video');
    checkVideo(asked, entry);
    const stored = await store(exchange.caller.key.id);
    const accepted = await this.#parts.generations.accept(translateVideo(asked, stored, entry), exchange);
    return this.#view(await this.#parts.reader.readAccepted(accepted));
  }

  async #find(id: string, owner: string): Promise<GenerationSnapshot> {
    const snapshot = await this.#parts.reader.read(id, owner);
    if (makesVideo(snapshot)) return snapshot;
    throw new GenerationError('not_found', `there is no video "${id.slice(0, 80)}"`);
  }

  #view(snapshot: GenerationSnapshot) {
    return viewVideo(snapshot, this.#parts.catalog.pinned(snapshot.request.bundle));
  }
}

function makesVideo({ request }: GenerationSnapshot): boolean {
  return request.outputs.some(({ type }) => type === 'video');
}

function placeOf({ request }: GenerationSnapshot): string {
  return encodeCursor({ createdAt: Date.parse(request.created_at), generation: request.id });
}

function checkReference({ field }: FormFile, fields: ReadonlyMap<string, string>): void {
  const second = [...fields.keys()].find((name) => name.startsWith('input_reference'));
  if (field === 'input_reference' && second === undefined) return;
  const words =
    second === undefined
      ? `the form has a file "${field.slice(0, 80)}"; send it as "input_reference"`
      : `${second} is given beside a file; send one of them`;
  throw new GenerationError('invalid_request', words, { pointer: '/input_reference' });
}
