import type { ModelCall, RunSpec, StepDone } from '@medley/diffusion';
import { inSpan, type Span, type Tracing } from '@medley/domain';

/** A run in hand whose trace is kept. */
interface TracedRun {
  span: Span;
  calls: number;
  seconds: number;
}

/** Of a run, so many calls have a span of their own, and so many steps an event; all are counted. */
const CALL_SPANS = 128;
const STEP_EVENTS = 100;

/** Spans of the runs in hand, and of the calls of graphs, which runs share. */
export class RunTraces {
  readonly #tracing: Tracing;
  readonly #runs = new Map<string, TracedRun>();

  constructor(tracing: Tracing) {
    this.#tracing = tracing;
  }

  /** Runs `work`, which admits the run, in the run's span. */
  run<Result>(
    { id, steps, sampler, samples, outputs, determinism }: RunSpec,
    work: (span: Span) => Promise<Result>,
  ): Promise<Result> {
    const attributes = {
      'medley.run.steps': steps,
      'medley.run.sampler': sampler,
      'medley.run.samples': samples,
      'medley.run.outputs': outputs.map(({ modality }) => modality).join(','),
      'medley.run.determinism': determinism,
    };
    return inSpan(this.#tracing, 'run', { attributes }, async (span) => {
      if (!span.recorded) return work(span);
      const traced = { span, calls: 0, seconds: 0 };
      this.#runs.set(id, traced);
      try {
        return await work(span);
      } finally {
        this.#runs.delete(id);
        span.set({ 'medley.run.graph_calls': traced.calls, 'medley.run.graph_seconds': traced.seconds });
      }
    });
  }

  /** A call of a graph that has just ended: under the first of the runs that shared it, with links to the others. */
  called({ modality, graph, rows, members, seconds }: ModelCall): void {
    if (this.#runs.size === 0) return;
    const traced = members.flatMap((member) => this.#runs.get(member) ?? []);
    const [first, ...others] = traced;
    if (first === undefined) return;
    for (const run of traced) {
      run.calls += 1;
      run.seconds += seconds;
    }
    if (first.calls > CALL_SPANS) return;
    const end = performance.now();
    const name = `${modality}.${graph}`;
    this.#tracing
      .begin(`graph ${name}`, {
        parent: first.span,
        links: others.map(({ span }) => span),
        begin: end - seconds * 1000,
        attributes: { 'medley.graph': name, 'medley.batch.rows': rows, 'medley.batch.runs': members.length },
      })
      .end(end);
  }
}

/** The steps as they come; the first, the last and every so many are events of the span. */
export async function* toldSteps(
  span: Span,
  events: AsyncIterable<StepDone>,
): AsyncGenerator<StepDone, void, undefined> {
  for await (const event of events) {
    const { step, steps } = event;
    if (step === 1 || step === steps || step % Math.ceil(steps / STEP_EVENTS) === 0)
      span.event('step', { 'medley.run.step': step });
    yield event;
  }
}
