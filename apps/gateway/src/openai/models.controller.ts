import { Controller, Get, Inject, Param } from '@nestjs/common';
import { BundleCatalog, type CatalogEntry } from '../models/bundle-catalog.ts';

@Controller('openai/v1/models')
export class OpenAiModelsController {
  readonly #catalog: BundleCatalog;

  constructor(@Inject(BundleCatalog) catalog: BundleCatalog) {
    this.#catalog = catalog;
  }

  @Get()
  list() {
    return { object: 'list' as const, data: this.#catalog.entries.map(viewModel) };
  }

  @Get(':model')
  get(@Param('model') model: string) {
    return viewModel(this.#catalog.find(model));
  }
}

/** Bundles have no date of their own. */
function viewModel({ name }: CatalogEntry) {
  return { id: name, object: 'model' as const, created: 0, owned_by: 'medley' };
}
