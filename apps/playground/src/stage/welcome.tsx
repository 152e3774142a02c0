import { stageHeading, useKeepFocus } from '../parts/keep-focus.ts';
import { Logo } from '../parts/logo.tsx';

export const EXAMPLES = [
  'a dog on a blue background, bouncing',
  'a rocket on a black background, sliding',
  'an apple on a yellow background, spinning',
  'a penguin on a pink background, pulsing',
] as const;

/** What stands where results will be: a line on what this is, and things to try with one press. */
export function Welcome({ onExample }: { onExample: (text: string) => void }) {
  const part = useKeepFocus<HTMLElement>(stageHeading);
  return (
    <section ref={part} className="welcome" id="stage" aria-labelledby="welcome-title">
      <div className="welcome__sign" aria-hidden="true">
        <Logo size={220} apart={0.25} turning />
      </div>
      <h2 id="welcome-title" tabIndex={-1}>
        Say it once. Get a picture, a clip, a sound and a line <em>made together</em>.
      </h2>
      <ul className="examples" aria-label="Try one of these">
        {EXAMPLES.map((text) => (
          <li key={text}>
            <button type="button" onClick={() => onExample(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
