import { fetchPublicUrl, type FetchLimits } from '@medley/assets';
import { inSpan } from '@medley/domain';
import { StageRuns } from '@medley/runtime';
import { assetLibrary, commitPorts, type GatewayParts } from './gateway-parts.ts';
import { IngestProcessor } from './ingest/ingest-processor.ts';

const FETCH_SECONDS = 20;
const REDIRECTS = 5;

/** Takes the ingest jobs of all bundles. */
export async function startIngest(parts: GatewayParts): Promise<void> {
  const { environment, runtime, redis, metrics } = parts;
  const limits: FetchLimits = {
    bytes: environment.MEDLEY_ASSET_BYTES,
    seconds: FETCH_SECONDS,
    redirects: REDIRECTS,
    allowed: environment.MEDLEY_FETCH_ALLOW,
  };
  const ingest = new IngestProcessor(
    (url, signal, receive) => {
      const attributes = { 'http.request.method': 'GET', 'server.address': new URL(url).hostname };
      return inSpan(runtime.tracing, 'GET', { kind: 'client', attributes }, () =>
        fetchPublicUrl(url, limits, signal, receive),
      );
    },
    assetLibrary(parts),
    commitPorts(parts, 'patient'),
    new StageRuns(runtime),
  );
  const processor = redis.processor({
    stage: 'ingest',
    queue: 'ingest',
    concurrency: environment.MEDLEY_INGEST_CONCURRENCY,
    handler: (context) => ingest.run(context),
    observer: metrics.jobs,
    handBack: 'at-once',
  });
  runtime.register('ingest', processor);
  await processor.ready();
  runtime.watchFetching('ingest', () => processor.sample());
}
