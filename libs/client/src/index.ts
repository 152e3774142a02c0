export { MedleyClient, succeeded, type GenerationUpdate, type MedleyClientOptions } from './client.ts';
export { ServiceError } from './service-error.ts';
export type {
  Asset,
  ConditionBody,
  Generation,
  GenerationBody,
  GenerationList,
  Key,
  KeyBody,
  KeyLimits,
  KeyList,
  KeyScope,
  Model,
  Output,
  OutputBody,
} from './types.ts';
