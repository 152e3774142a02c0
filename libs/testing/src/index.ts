export { RedisServer } from './redis-server.ts';
export { s3Contract, type S3ContractOptions, type S3Target } from './s3-contract.ts';
export { descendants, type ProcessRow } from '@medley/embedded';
export { FaultProxy, type Fault } from './fault-proxy.ts';
export { ObjectStorage } from './object-storage.ts';
export { sampleRequest } from './sample-request.ts';
export { AppProcess, testDeployment } from './app-process.ts';
export { Prometheus, hasPrometheus, type PrometheusSeries } from './prometheus.ts';
