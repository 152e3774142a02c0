import { estimateSeconds, type GenerationRequest } from '@medley/domain';
import { commitPorts, type GatewayParts } from './gateway-parts.ts';
import { fairCost } from './generations/fair-cost.ts';
import { ReconcilerLoop } from './reconciler/reconciler-loop.ts';
import { Reconciler } from './reconciler/reconciler.ts';

/** Repairs what is open, in one process at a time. */
export function startReconciler(parts: GatewayParts): void {
  const { environment, runtime, redis, catalog, metrics } = parts;
  const { logger } = runtime;
  const ports = commitPorts(parts, 'patient');
  const priorityOf = (request: GenerationRequest) => {
    const manifest = catalog.pinned(request.bundle)?.manifest;
    const seconds = manifest === undefined ? 1 : estimateSeconds(request, manifest);
    return ports.live.nextPriority(request.owner, fairCost(seconds), request.priority);
  };
  const reconciler = new Reconciler(ports, priorityOf, {
    repaired: (action, generation) => {
      metrics.repaired(action);
      logger.info({ generation, ...action }, 'repaired');
    },
    failed: (error, generation) => logger.warn({ err: error, generation }, 'could not be repaired now'),
  });
  const loop = new ReconcilerLoop(reconciler, redis.lease('reconciler'), {
    seconds: environment.MEDLEY_RECONCILE_SECONDS,
    seen: (open) => metrics.seen(open),
    report: (error) => logger.warn({ err: error }, 'a pass of the reconciler was cut short'),
  });
  runtime.register('reconciler', loop);
}
