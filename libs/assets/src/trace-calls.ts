import { S3ServiceException, type S3Client } from '@aws-sdk/client-s3';
import { objectKeys, type SpanAttributes, type Tracing } from '@medley/domain';
import { outcomeOf } from './watch-calls.ts';

/** What of a command's input a span may say. */
interface CallInput {
  Bucket?: string;
  Key?: string;
  Prefix?: string;
}

/**
 * A span for every call of a client, its retries included; of a get to its first bytes
 * (https://opentelemetry.io/docs/specs/semconv/object-stores/s3/). That an object is absent, or exists, is no failure.
 */
export function traceCalls(client: S3Client, tracing: Tracing, endpoint: URL): void {
  const server = {
    'server.address': endpoint.hostname,
    'server.port': Number(endpoint.port) || (endpoint.protocol === 'https:' ? 443 : 80),
  };
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (input) => {
        const operation = commandName.replace(/Command$/, '');
        const attributes = { ...attributesOf(operation, input.input as CallInput), ...server };
        const span = tracing.begin(`S3.${operation}`, { kind: 'client', attributes });
        try {
          return await tracing.within(span, () => next(input));
        } catch (error) {
          const outcome = outcomeOf(error);
          const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
          span.set({ 'http.response.status_code': status, 'medley.outcome': outcome });
          if (outcome === 'failed' || outcome === 'aborted') span.fail(error);
          throw error;
        } finally {
          span.end();
        }
      },
    { step: 'initialize', name: 'traceCalls' },
  );
}

function attributesOf(operation: string, { Bucket: bucket, Key: key, Prefix: prefix }: CallInput): SpanAttributes {
  return {
    'rpc.system': 'aws-api',
    'rpc.service': 'S3',
    'rpc.method': operation,
    'aws.s3.bucket': bucket,
    'aws.s3.key': shownKey(key ?? prefix),
  };
}

/** Records of API keys are named by their hash, which is nobody's to see. */
function shownKey(key: string | undefined): string | undefined {
  return key?.startsWith(objectKeys.apiKeyPrefix) === true ? `${objectKeys.apiKeyPrefix}…` : key;
}
