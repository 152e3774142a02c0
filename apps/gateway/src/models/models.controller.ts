import { Controller, Get, Inject, Param } from '@nestjs/common';
import { GenerationError, MODALITIES } from '@medley/domain';
import type { ModelView } from '../openapi/answers/model.ts';
import { BundleCatalog, type CatalogEntry } from './bundle-catalog.ts';

@Controller('v1/models')
export class ModelsController {
  readonly #catalog: BundleCatalog;

  constructor(@Inject(BundleCatalog) catalog: BundleCatalog) {
    this.#catalog = catalog;
  }

  @Get()
  list() {
    return { data: this.#catalog.entries.map(describeModel) };
  }

  @Get(':name')
  get(@Param('name') name: string) {
    const entry = this.#catalog.entries.find((one) => one.name === name);
    if (entry === undefined) throw new GenerationError('not_found', `there is no model "${name}"`);
    return describeModel(entry);
  }
}

/** What a client needs to know of a bundle: modalities, limits, samplers and defaults. */
function describeModel({ name, digest, manifest }: CatalogEntry): ModelView {
  const { diffusion } = manifest;
  return {
    name,
    digest,
    version: manifest.version,
    description: manifest.description,
    license: manifest.license,
    conditions: MODALITIES.filter((modality) => manifest.modalities[modality]?.graphs.prompt_encoder !== undefined),
    outputs: Object.fromEntries(
      MODALITIES.filter((modality) => manifest.modalities[modality]?.graphs.denoiser !== undefined).map((modality) => [
        modality,
        manifest.modalities[modality]!.media,
      ]),
    ),
    samplers: diffusion.samplers,
    steps: diffusion.steps,
    guidance: diffusion.guidance,
  };
}
