import type { Provider } from '@nestjs/common';
import type { ApiParts } from '../api-module.ts';
import { FilesController } from './files.controller.ts';
import { ReplicateModelsController } from './models.controller.ts';
import { PredictionStream } from './prediction-stream.ts';
import { Predictions } from './predictions.ts';
import { PredictionsController } from './predictions.controller.ts';
import { StreamsController } from './streams.controller.ts';
import { WebhookSecretController } from './webhook-secret.controller.ts';

/** Replicate's HTTP API under /replicate/v1. */
export const REPLICATE_CONTROLLERS = [
  PredictionsController,
  StreamsController,
  ReplicateModelsController,
  FilesController,
  WebhookSecretController,
];

export function replicateProviders(parts: ApiParts): Provider[] {
  return [
    { provide: Predictions, useValue: new Predictions(parts) },
    { provide: PredictionStream, useValue: new PredictionStream(parts) },
  ];
}
