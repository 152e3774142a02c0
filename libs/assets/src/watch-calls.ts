import { S3ServiceException, type S3Client } from '@aws-sdk/client-s3';

/** One call of S3: its name in the API, how it ended, and how long its answer took. */
export interface StorageCall {
  operation: string;
  /** `absent`: there is no such object; `exists`: the condition of a put did not hold; `aborted`: by the caller. */
  outcome: 'ok' | 'absent' | 'exists' | 'aborted' | 'failed';
  seconds: number;
}

/** Tells of every call of a client. */
export function watchCalls(client: S3Client, observe: (call: StorageCall) => void): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (input) => {
        const begin = performance.now();
        let outcome: StorageCall['outcome'] = 'ok';
        try {
          return await next(input);
        } catch (error) {
          outcome = outcomeOf(error);
          throw error;
        } finally {
          const operation = commandName.replace(/Command$/, '');
          observe({ operation, outcome, seconds: (performance.now() - begin) / 1000 });
        }
      },
    { step: 'initialize', name: 'watchCalls' },
  );
}

export function outcomeOf(error: unknown): StorageCall['outcome'] {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status === 404) return 'absent';
  if (status === 412 || status === 409) return 'exists';
  return error instanceof Error && error.name === 'AbortError' ? 'aborted' : 'failed';
}
