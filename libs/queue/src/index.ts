export { BullFlowQueue } from './bull-flow-queue.ts';
export { type JobObserver, type JobOutcome } from './job-observer.ts';
export { Postponed } from './postponed.ts';
export { Processor, type ProcessorOptions } from './processor.ts';
export { QueueAdapter, type QueuePorts } from './queue-adapter.ts';
export { RedisConnections, type RedisConnectionsOptions } from './redis-connections.ts';
export { RedisEventLog } from './redis-event-log.ts';
export { RedisLease } from './redis-lease.ts';
export { RedisLiveStore } from './redis-live-store.ts';
