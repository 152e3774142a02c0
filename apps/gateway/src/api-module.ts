import { Module, type DynamicModule } from '@nestjs/common';
import type { AssetStore, EventLog, FlowQueue } from '@medley/domain';
import type { Health } from '@medley/runtime';
import { AssetLibrary } from './assets/asset-library.ts';
import { AssetUploads } from './assets/asset-uploads.ts';
import { AssetsController } from './assets/assets.controller.ts';
import { GeneratedAssets } from './assets/generated-assets.ts';
import { UploadsController } from './assets/uploads.controller.ts';
import type { GatewayEnvironment } from './env.ts';
import { EventClients } from './events/event-clients.ts';
import { EventsController } from './events/events.controller.ts';
import { AcceptGeneration } from './generations/accept-generation.ts';
import { EndGeneration } from './generations/end-generation.ts';
import { EstimateController } from './generations/estimate.controller.ts';
import { GenerationReader } from './generations/generation-reader.ts';
import { GenerationWaiter } from './generations/generation-waiter.ts';
import { GenerationsController } from './generations/generations.controller.ts';
import { OutputsController } from './generations/outputs.controller.ts';
import { HealthController } from './health/health.controller.ts';
import type { KeyLimits } from './keys/api-key.ts';
import { Gate } from './keys/gate.ts';
import { KeyStore } from './keys/key-store.ts';
import { KeysController } from './keys/keys.controller.ts';
import { RequestLimiter } from './keys/request-limiter.ts';
import { BundleCatalog } from './models/bundle-catalog.ts';
import { MeasuredCosts } from './models/measured-costs.ts';
import { ModelsController } from './models/models.controller.ts';
import { OPENAI_CONTROLLERS, openAiProviders } from './openai/openai-api.ts';
import { REPLICATE_CONTROLLERS, replicateProviders } from './replicate/replicate-api.ts';
import { OpenApiController } from './openapi/openapi.controller.ts';
import { SessionController } from './sessions/session.controller.ts';
import { PageController } from './page/page.controller.ts';
import type { PageFiles } from './page/page-files.ts';
import { Sessions } from './sessions/sessions.ts';
import { ShareStore } from './shares/share-store.ts';
import { SharedController } from './shares/shared.controller.ts';
import { SharesController } from './shares/shares.controller.ts';
import { ASSET_STORE, ENVIRONMENT, EVENT_LOG, HEALTH, KEY_LIMITS, PAGE_FILES, WAITING_LINE } from './tokens.ts';
import { Deliveries } from './webhooks/deliveries.ts';
import { DeliveriesController } from './webhooks/deliveries.controller.ts';
import { EndpointsController } from './webhooks/endpoints.controller.ts';
import { Redelivery } from './webhooks/redelivery.ts';
import { WebhookEndpoints } from './webhooks/webhook-endpoints.ts';

/** What the controllers are given, built by the composition root. */
export interface ApiParts {
  environment: GatewayEnvironment;
  store: AssetStore;
  events: EventLog;
  health: Health;
  keys: KeyStore;
  limits: KeyLimits;
  gate: Gate;
  sessions: Sessions;
  shares: ShareStore;
  page: PageFiles | undefined;
  limiter: RequestLimiter;
  catalog: BundleCatalog;
  assets: AssetLibrary;
  generated: GeneratedAssets;
  uploads: AssetUploads;
  clients: EventClients;
  accept: AcceptGeneration;
  costs: MeasuredCosts;
  line: Pick<FlowQueue, 'wait'>;
  end: EndGeneration;
  reader: GenerationReader;
  waiter: GenerationWaiter;
  endpoints: WebhookEndpoints;
  deliveries: Deliveries;
  redelivery: Redelivery;
}

@Module({})
export class ApiModule {
  static of(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      controllers: [
        EstimateController,
        GenerationsController,
        EventsController,
        OutputsController,
        AssetsController,
        UploadsController,
        ModelsController,
        KeysController,
        SessionController,
        SharesController,
        SharedController,
        EndpointsController,
        DeliveriesController,
        HealthController,
        OpenApiController,
        ...REPLICATE_CONTROLLERS,
        ...OPENAI_CONTROLLERS,
        PageController,
      ],
      providers: [
        { provide: ENVIRONMENT, useValue: parts.environment },
        { provide: ASSET_STORE, useValue: parts.store },
        { provide: EVENT_LOG, useValue: parts.events },
        { provide: HEALTH, useValue: parts.health },
        { provide: KEY_LIMITS, useValue: parts.limits },
        { provide: KeyStore, useValue: parts.keys },
        { provide: Gate, useValue: parts.gate },
        { provide: Sessions, useValue: parts.sessions },
        { provide: PAGE_FILES, useValue: parts.page },
        { provide: ShareStore, useValue: parts.shares },
        { provide: RequestLimiter, useValue: parts.limiter },
        { provide: BundleCatalog, useValue: parts.catalog },
        { provide: AssetLibrary, useValue: parts.assets },
        { provide: GeneratedAssets, useValue: parts.generated },
        { provide: AssetUploads, useValue: parts.uploads },
        { provide: EventClients, useValue: parts.clients },
        { provide: AcceptGeneration, useValue: parts.accept },
        { provide: MeasuredCosts, useValue: parts.costs },
        { provide: WAITING_LINE, useValue: parts.line },
        { provide: EndGeneration, useValue: parts.end },
        { provide: GenerationReader, useValue: parts.reader },
        { provide: GenerationWaiter, useValue: parts.waiter },
        { provide: WebhookEndpoints, useValue: parts.endpoints },
        { provide: Deliveries, useValue: parts.deliveries },
        { provide: Redelivery, useValue: parts.redelivery },
        ...replicateProviders(parts),
        ...openAiProviders(parts),
      ],
    };
  }
}
