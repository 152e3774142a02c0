export { MedleyClient, type MedleyClientOptions } from './client.ts';
export type { GenerationUpdate } from './event-source.ts';
export { GenerationRun } from './generation-run.ts';
export { ServiceError, toServiceError } from './service-error.ts';
export type {
  AcceptedCondition,
  Asset,
  ConditionBody,
  Estimate,
  Generation,
  GenerationBody,
  GenerationList,
  Key,
  KeyBody,
  KeyLimits,
  KeyList,
  KeyScope,
  Modality,
  Model,
  Output,
  OutputBody,
  RequestedOutput,
  Share,
} from './types.ts';
export type { UploadProgress } from './upload-progress.ts';
