import { postPublicUrl } from '@medley/assets';
import { StageRuns } from '@medley/runtime';
import type { GatewayParts } from './gateway-parts.ts';
import { KeyStore } from './keys/key-store.ts';
import { Lanes } from './webhooks/lanes.ts';
import { NotifyProcessor } from './webhooks/notify-processor.ts';
import { tracedPost } from './webhooks/traced-post.ts';
import { webhookParts } from './webhooks/webhook-parts.ts';
import { WebhookSender } from './webhooks/webhook-sender.ts';

/** Places of one key, and of one key at one host. */
const OWNER_PLACES = 8;
const LANE_PLACES = 4;

/** What the role needs of the process. */
type NotifyRoleParts = Pick<GatewayParts, 'environment' | 'runtime' | 'redis' | 'store' | 'metrics'>;

/** Takes the notify jobs: tells webhooks what became of generations. */
export async function startNotify(parts: NotifyRoleParts): Promise<void> {
  const { environment, runtime, redis, store, metrics } = parts;
  const { MEDLEY_WEBHOOK_ALLOW: allowed, MEDLEY_WEBHOOK_SECONDS: seconds, MEDLEY_SECRET: secret } = environment;
  const total = environment.MEDLEY_NOTIFY_CONCURRENCY;
  const sender = new WebhookSender(
    tracedPost(runtime.tracing, (url, message, signal) => postPublicUrl(url, message, { seconds, allowed }, signal)),
    new Lanes({ total, owner: OWNER_PLACES, lane: LANE_PLACES }),
    ({ outcome }) => metrics.webhookAttempts.inc({ outcome }),
  );
  const notify = new NotifyProcessor({
    ...webhookParts(parts),
    store,
    live: redis.ports('patient').live,
    keys: new KeyStore(store, redis.records('key')),
    sender,
    stages: new StageRuns(runtime),
    begins: redis.records('begin'),
    settled: (status) => metrics.deliveries.inc({ status }),
    linksOf: (base) => ({ base: environment.MEDLEY_PUBLIC_URL?.replace(/\/$/, '') ?? base, secret }),
  });
  const processor = redis.processor({
    stage: 'notify',
    queue: 'notify',
    concurrency: total,
    handler: (context) => notify.run(context),
    observer: metrics.jobs,
  });
  runtime.register('notify', processor);
  await processor.ready();
  runtime.watchFetching('notify', () => processor.sample());
}
