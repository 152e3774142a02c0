export { MODALITIES, MODALITY_INDEX, type Modality } from './modality.ts';
export {
  ERROR_CODES,
  GenerationError,
  HandedBack,
  describeError,
  ifQueueAway,
  type ErrorCode,
  type GenerationErrorOptions,
} from './errors.ts';
export {
  GRAPH_ROLES,
  SAMPLERS,
  bundleManifest,
  parseManifest,
  type BundleManifest,
  type GraphRole,
  type ModalityManifest,
  type SamplerName,
  type ScheduleSpec,
} from './bundle-manifest.ts';
export { bundleNames, checkBundleFiles, loadBundle, loadBundles, type Bundle } from './bundle-folder.ts';
export {
  JOB_CATALOG,
  QUEUE_PREFIX,
  STAGES,
  jobId,
  jobPayload,
  poolName,
  queueName,
  type BundleRef,
  type JobPayload,
  type Stage,
} from './job-catalog.ts';
export {
  TERMINAL_EVENTS,
  generationEvent,
  type GenerationEvent,
  type LoggedEvent,
  type PreviewEvent,
} from './events.ts';
export {
  FORMATS,
  assetReference,
  decodeRoles,
  encodeRoles,
  generationRequest,
  type AssetReference,
  type Condition,
  type GenerationRequest,
  type RequestedOutput,
} from './generation-request.ts';
export { generationResult, outputRecord, type GenerationResult, type OutputRecord } from './result.ts';
export { ENDED_STATUSES, STATUSES, liveState, type LiveState, type LiveStatePatch, type Status } from './live-state.ts';
export {
  WEBHOOK_EVENTS,
  endRoles,
  notifyTask,
  progressRoles,
  webhookSubmission,
  type WebhookEvent,
  type WebhookForm,
  type WebhookSubmission,
  type WebhookSubscription,
  type WebhookSubscriptions,
} from './webhook-subscription.ts';
export { INLINE_TENSOR_BYTES, tensorReference, type TensorReference } from './tensor-reference.ts';
export { withDeadline } from './deadline.ts';
export { pointTo } from './point-to.ts';
export { contentDigest } from './content-digest.ts';
export { objectKeys, shardOf } from './object-keys.ts';
export type {
  AssetStore,
  EventLog,
  FlowQueue,
  JobContext,
  JobState,
  LiveStore,
  ObjectHead,
  PutOptions,
  SeenJob,
} from './ports.ts';
export {
  SUBMISSION_LIMITS,
  describeIssue,
  fieldName,
  jsonPointer,
  parseSubmission,
  submission,
  type Submission,
} from './submission.ts';
export {
  estimatePools,
  estimateSeconds,
  generationWork,
  rowsMilliseconds,
  type GenerationWork,
  type GraphCosts,
  type GraphRows,
  type PoolSeconds,
} from './generation-cost.ts';
export { resolveSettings, usualGuidance, type ResolvedSettings } from './bundle-limits.ts';
export { apiKeyHashPrefix, apiKeyId, assetId, generationId, newApiKey } from './generation-id.ts';
export {
  clearLateTensors,
  commitGeneration,
  deletePrefix,
  finishGeneration,
  readResult,
  type CommitPorts,
  type Ending,
} from './commit.ts';
export { isFinalFailure } from './final-failure.ts';
export { reconcile, type Observation, type ReconcileAction } from './reconcile.ts';
export { formatTraceparent, parseTraceparent, type TraceContext } from './traceparent.ts';
export {
  NO_SPAN,
  NO_TRACING,
  inSpan,
  type OpenSpan,
  type Span,
  type SpanAttributes,
  type SpanKind,
  type SpanOptions,
  type Tracing,
} from './tracing.ts';
export { together } from './together.ts';
