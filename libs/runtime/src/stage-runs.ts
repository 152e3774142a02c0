import {
  ERROR_CODES,
  GenerationError,
  inSpan,
  isFinalFailure,
  jobId,
  queueName,
  type GenerationRequest,
  type JobContext,
  type Span,
  type SpanAttributes,
  type Stage,
  type Tracing,
} from '@medley/domain';
import { withLogContext } from './log-context.ts';
import type { Logger } from './logger.ts';
import { markTold } from './told-errors.ts';

/** An execution of a stage for a generation that is known. */
export interface StageRun {
  stage: Stage;
  context: JobContext;
  request: GenerationRequest;
  /** When the job began, in milliseconds of `performance.now()`. */
  begin: number;
}

/** Facts for the line and the span of a stage: numbers and short names, never what a client sent. */
export type TellFacts = (facts: SpanAttributes) => void;

/** How an execution ended. `interrupted`: handed back, or lost to another worker; `retried`: it is tried once more. */
type StageOutcome = 'completed' | 'canceled' | 'interrupted' | 'retried' | 'refused' | 'failed';

const LEVELS = {
  completed: 'info',
  canceled: 'info',
  interrupted: 'info',
  refused: 'info',
  retried: 'warn',
  failed: 'error',
} as const satisfies Record<StageOutcome, string>;

/** Runs stages of generations: each under its generation's trace, with one line in the log that says how it ended. */
export class StageRuns {
  readonly #tracing: Tracing;
  readonly #logger: Logger;

  constructor({ tracing, logger }: { tracing: Tracing; logger: Logger }) {
    this.#tracing = tracing;
    this.#logger = logger;
  }

  run<Result>(run: StageRun, work: (tell: TellFacts) => Promise<Result>): Promise<Result> {
    const { stage, context, request, begin } = run;
    const { generation, epoch, role } = context.payload;
    const options = { kind: 'consumer', parent: request.traceparent, begin, attributes: attributesOf(run) } as const;
    return withLogContext({ generation, epoch, stage, role }, () =>
      inSpan(this.#tracing, `process ${stage}`, options, async (span) => {
        const facts: Record<string, SpanAttributes[string]> = {};
        try {
          const result = await work((more) => Object.assign(facts, more));
          this.#tell(run, span, facts);
          return result;
        } catch (error) {
          this.#tell(run, span, facts, error);
          if (error instanceof Error) markTold(error);
          throw error;
        }
      }),
    );
  }

  #tell({ stage, context, begin }: StageRun, span: Span, facts: SpanAttributes, error?: unknown): void {
    const outcome = outcomeOf(error, context);
    const seconds = rounded((performance.now() - begin) / 1000);
    const { attempt, queueSeconds } = context;
    span.set({
      'medley.outcome': outcome,
      ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [`medley.${name}`, value])),
    });
    const code = error instanceof GenerationError ? { code: error.code } : {};
    const fields = { outcome, ...code, seconds, queue_seconds: rounded(queueSeconds), attempt, ...facts };
    const level = LEVELS[outcome];
    this.#logger[level](level === 'info' ? fields : { ...fields, err: error }, `${stage} ${outcome}`);
  }
}

/** To milliseconds. */
const rounded = (seconds: number) => Math.round(seconds * 1000) / 1000;

function outcomeOf(error: unknown, context: JobContext): StageOutcome {
  if (error === undefined) return 'completed';
  if (isFinalFailure(error, context)) return isRefusal(error) ? 'refused' : 'failed';
  if (!context.signal.aborted) return 'retried';
  const reason: unknown = context.signal.reason;
  return reason instanceof GenerationError && reason.code === 'canceled' ? 'canceled' : 'interrupted';
}

/** By what the client sent; what it sees of that is enough. */
function isRefusal(error: unknown): boolean {
  return error instanceof GenerationError && !error.retryable && ERROR_CODES[error.code].status < 500;
}

/** https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/ */
function attributesOf({ stage, context, request }: StageRun): SpanAttributes {
  const { payload, attempt, queueSeconds } = context;
  return {
    'messaging.system': 'bullmq',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': queueName(stage, request.bundle),
    'messaging.destination.template': stage,
    'messaging.message.id': jobId(payload, stage),
    'medley.generation.id': payload.generation,
    'medley.stage': stage,
    'medley.epoch': payload.epoch,
    'medley.role': payload.role,
    'medley.attempt': attempt,
    'medley.queue_seconds': queueSeconds,
    'medley.bundle': request.bundle.name,
  };
}
