import type { Generation } from '@medley/client';
import { describeSeconds } from '../draft/use-estimate.ts';
import { NOTHING_YET, PHASES, type Live, type Phase } from '../jobs/live.ts';
import { stageHeading, useKeepFocus } from '../parts/keep-focus.ts';
import { Logo } from '../parts/logo.tsx';

const NAMES: Record<Phase, string> = {
  queued: 'In line',
  reading: 'Reading',
  composing: 'Composing',
  finishing: 'Finishing',
};
const PHASE_OF_STATUS: Partial<Record<Generation['status'], Phase>> = {
  fetching: 'reading',
  encoding: 'reading',
  diffusing: 'composing',
  decoding: 'finishing',
};

/** How far a generation is: its phase, and its steps as the discs of its outputs that come together. */
export function ProgressView({
  generation,
  live,
  onCancel,
}: {
  generation: Generation;
  live: Live | undefined;
  onCancel: () => void;
}) {
  const { phase, step, steps } = progressOf(generation, live);
  const share = shareOf({ phase, step, steps });
  const kinds = generation.requested.map(({ type }) => type);
  const part = useKeepFocus<HTMLDivElement>(stageHeading);
  return (
    <div ref={part} className="progress">
      <Logo kinds={kinds} apart={1 - share} size={64} turning />
      <div className="progress__words">
        <p className="progress__now" role="status">
          {describe(generation, phase)}
        </p>
        <ol className="phases" aria-label="Stages">
          {PHASES.map((name) => (
            <li key={name} aria-current={name === phase ? 'step' : undefined} data-done={isBefore(name, phase)}>
              {NAMES[name]}
            </li>
          ))}
        </ol>
        <progress max={1} value={share} aria-label="Progress" aria-valuetext={`step ${step} of ${steps}`} />
        <p className="progress__step quiet">
          step {step} of {steps}
        </p>
      </div>
      <button type="button" className="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}

/** What the events told, else what the list says. */
export function progressOf(generation: Generation, live: Live | undefined): Pick<Live, 'phase' | 'step' | 'steps'> {
  const { status, progress } = generation;
  if (live !== undefined && live !== NOTHING_YET)
    return { ...live, steps: live.steps === 0 ? progress.steps : live.steps };
  return { phase: PHASE_OF_STATUS[status] ?? 'queued', step: progress.step, steps: progress.steps };
}

/** 0…1 over all phases; the steps are most of it. */
export function shareOf({ phase, step, steps }: Pick<Live, 'phase' | 'step' | 'steps'>): number {
  const composed = steps === 0 ? 0 : step / steps;
  return { queued: 0, reading: 0.05, composing: 0.1 + 0.8 * composed, finishing: 0.95 }[phase];
}

const isBefore = (one: Phase, other: Phase) => PHASES.indexOf(one) < PHASES.indexOf(other);

function describe({ queue, conditions }: Generation, phase: Phase): string {
  if (phase === 'reading') return conditions.length === 1 ? 'Reading your prompt' : 'Reading your prompts';
  if (phase === 'composing') return 'Composing everything together';
  if (phase === 'finishing') return 'Finishing the files';
  if (queue === undefined || queue.position <= 1) return 'Next in line';
  return `Number ${queue.position} in line, about ${describeSeconds(queue.estimated_seconds)}`;
}
