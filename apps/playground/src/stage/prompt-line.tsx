import type { Generation } from '@medley/client';
import { KINDS } from '../modalities.ts';
import { Glyph } from '../parts/glyph.tsx';

/** What a generation was asked: its words as the title, its other prompts beside it. */
export function PromptLine({ generation }: { generation: Generation }) {
  const { conditions } = generation;
  return (
    <header className="prompt-line">
      <h2 tabIndex={-1}>{titleOf(generation)}</h2>
      {conditions.length > 1 && (
        <ul aria-label="Prompts and their weights">
          {conditions.map(({ type, weight }, index) => (
            <li key={index} className={`tag kind--${type}`}>
              <Glyph name={type} size={16} />
              {KINDS[type].title} {weight.toFixed(2)}
            </li>
          ))}
        </ul>
      )}
    </header>
  );
}

/** The words of a generation, or the kinds of its prompts. */
export function titleOf({ conditions }: Generation): string {
  const words = conditions.flatMap((condition) => (condition.type === 'text' ? [condition.text] : []));
  if (words.length > 0) return words.join(' + ');
  return `From ${conditions.map(({ type }) => `a ${KINDS[type].one}`).join(' and ')}`;
}
