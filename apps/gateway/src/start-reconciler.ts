import { estimateSeconds, type GenerationRequest } from '@medley/domain';
import { UploadSweep } from './assets/upload-sweep.ts';
import { commitPorts, type GatewayParts } from './gateway-parts.ts';
import { EndGeneration } from './generations/end-generation.ts';
import { fairCost } from './generations/fair-cost.ts';
import { ReconcilerLoop } from './reconciler/reconciler-loop.ts';
import { Reconciler, type ReconcilerObserver } from './reconciler/reconciler.ts';
import { GuestSweep } from './sessions/guest-sweep.ts';
import { NotificationSweep } from './webhooks/notification-sweep.ts';

/** Most of what is owed to webhooks, and of what is being uploaded, waits for its time: it is looked over less often than open generations are. */
const SWEEP_EVERY = 6;

/** Repairs what is open, in one process at a time. */
export function startReconciler(parts: GatewayParts): void {
  const { environment, runtime, store, redis, catalog, metrics } = parts;
  const { logger, tracing } = runtime;
  const ports = commitPorts(parts, 'patient');
  const turnOf = (request: GenerationRequest) => {
    const manifest = catalog.pinned(request.bundle)?.manifest;
    const seconds = manifest === undefined ? 1 : estimateSeconds(request, manifest);
    return ports.live.nextTurn(request.owner, fairCost(seconds), request.priority);
  };
  const observer: ReconcilerObserver = {
    repaired: (action, generation) => {
      metrics.repaired(action);
      logger.info({ generation, ...action }, 'repaired');
    },
    failed: (error, generation) => logger.warn({ err: error, generation }, 'could not be repaired now'),
  };
  const reconciler = new Reconciler(ports, turnOf, observer, tracing);
  const loop = new ReconcilerLoop(reconciler, redis.lease('reconciler'), {
    seconds: environment.MEDLEY_RECONCILE_SECONDS,
    seen: (open) => metrics.seen(open),
    report: (error) => logger.warn({ err: error }, 'a pass of the reconciler was cut short'),
  });
  runtime.register('reconciler', loop);
  const sweep = new NotificationSweep(store, redis.ports('patient').queue, ({ generation, role }) =>
    logger.info({ generation, role }, 'queued a webhook again'),
  );
  const sweepLoop = new ReconcilerLoop(sweep, redis.lease('notifications'), {
    seconds: environment.MEDLEY_RECONCILE_SECONDS * SWEEP_EVERY,
    seen: (owed) => metrics.seenOwed(owed),
    report: (error) => logger.warn({ err: error }, 'a pass over what is owed to webhooks was cut short'),
  });
  runtime.register('notifications', sweepLoop);
  const uploadLoop = new ReconcilerLoop(new UploadSweep(store), redis.lease('uploads'), {
    seconds: environment.MEDLEY_RECONCILE_SECONDS * SWEEP_EVERY,
    seen: (erased) =>
      erased !== undefined && erased > 0 && logger.info({ erased }, 'erased uploads that nobody completed'),
    report: (error) => logger.warn({ err: error }, 'a pass over uploads was cut short'),
  });
  runtime.register('uploads', uploadLoop);
  const guestLoop = new ReconcilerLoop(new GuestSweep(store, new EndGeneration(ports)), redis.lease('guests'), {
    seconds: environment.MEDLEY_RECONCILE_SECONDS * SWEEP_EVERY,
    seen: (erased) => erased !== undefined && erased > 0 && logger.info({ erased }, 'erased guests whose time is over'),
    report: (error) => logger.warn({ err: error }, 'a pass over guests was cut short'),
  });
  runtime.register('guests', guestLoop);
}
