import { GenerationError, type AssetReference, type AssetStore, type GenerationResult } from '@medley/domain';
import type { AssetLibrary } from '../assets/asset-library.ts';
import { readForm, type FormFile } from '../assets/sent-form.ts';
import type { GatewayEnvironment } from '../env.ts';
import { outputLink } from '../generations/generation-view.ts';
import { linksOf } from '../http/links.ts';
import { signalOf } from '../http/request-signal.ts';
import type { BundleCatalog } from '../models/bundle-catalog.ts';
import { formBody } from './form-body.ts';
import { imageBody, imageEditBody, imageVariationBody, type ImageSettings } from './image-body.ts';
import { translateImages } from './image-request.ts';
import type { Exchange, OpenAiGenerations } from './openai-generations.ts';
import { checkSize, findMaker, parseBody } from './request-fields.ts';

/** Pictures that one edit may go by. */
const EDIT_IMAGES = 15;

interface ImagesParts {
  generations: OpenAiGenerations;
  catalog: BundleCatalog;
  library: AssetLibrary;
  store: AssetStore;
  environment: GatewayEnvironment;
}

/** Pictures of OpenAI's API. */
export class Images {
  readonly #parts: ImagesParts;

  constructor(parts: ImagesParts) {
    this.#parts = parts;
  }

  /** By a text. */
  async generate(body: unknown, exchange: Exchange) {
    const { moderation: _moderation, ...settings } = parseBody(imageBody, body);
    return this.#make(settings, exchange);
  }

  /** By a text and pictures, which condition the new one; there are no masks. */
  async edit(exchange: Exchange) {
    return this.#makeOfForm(exchange, EDIT_IMAGES, (fields) => parseBody(imageEditBody, fields));
  }

  /** By a picture. */
  async vary(exchange: Exchange) {
    return this.#makeOfForm(exchange, 1, (fields) => parseBody(imageVariationBody, fields));
  }

  /** Nothing is stored before the whole form is found to be right. */
  async #makeOfForm(exchange: Exchange, most: number, parse: (fields: object) => ImageSettings) {
    const { environment, library } = this.#parts;
    const signal = signalOf(exchange.reply);
    const limits = { files: most + 1, bytes: environment.MEDLEY_ASSET_BYTES };
    await using form = await readForm(exchange.request, limits, signal);
    const settings = parse(formBody(form.fields));
    this.#check(settings);
    const owner = exchange.caller.key.id;
    const files = imagesOf(form.files, most);
    const images: AssetReference[] = [];
    for (const [index, { declared, file }] of files.entries()) {
      const pointer = files.length === 1 ? '/image' : `/image/${index}`;
      images.push(await library.addStream(owner, { source: file.read(), declared, pointer }, signal));
    }
    return this.#make(settings, exchange, images);
  }

  #check({ model, size }: ImageSettings) {
    const entry = findMaker(this.#parts.catalog, model, 'image');
    return { entry, size: checkSize(size, entry, 'image') };
  }

  async #make(settings: ImageSettings, exchange: Exchange, images: readonly AssetReference[] = []) {
    const { entry, size } = this.#check(settings);
    const result = await this.#parts.generations.finish(translateImages(settings, images, entry), exchange);
    return {
      created: Math.floor(Date.parse(result.committed_at) / 1000),
      background: 'opaque' as const,
      output_format: settings.output_format ?? 'png',
      size,
      data: await this.#data(result, settings.response_format, exchange),
    };
  }

  async #data(result: GenerationResult, format: ImageSettings['response_format'], { request }: Exchange) {
    const links = linksOf(request, this.#parts.environment);
    return Promise.all(
      result.outputs.map(async ({ key }, index) => ({
        ...(format === 'url' ? {} : { b64_json: await this.#read(key) }),
        ...(format === 'b64_json' ? {} : { url: outputLink(result.id, index, links) }),
      })),
    );
  }

  async #read(key: string): Promise<string> {
    const object = await this.#parts.store.get(key);
    if (object === undefined) throw new GenerationError('gone', 'the picture was erased');
    return Buffer.from(object.body).toString('base64');
  }
}

function imagesOf(files: readonly FormFile[], most: number): readonly FormFile[] {
  const odd = files.find(({ field }) => field !== 'image' && field !== 'image[]');
  if (odd !== undefined) {
    const words = `the form has a file "${odd.field.slice(0, 80)}"; pictures are made by whole ones, sent as "image"`;
    throw new GenerationError('invalid_request', words, { pointer: `/${odd.field.slice(0, 80)}` });
  }
  if (files.length >= 1 && files.length <= most) return files;
  const words = `image has ${files.length} files; send ${most === 1 ? 'one' : `1 to ${most}`}`;
  throw new GenerationError('invalid_request', words, { pointer: '/image' });
}
