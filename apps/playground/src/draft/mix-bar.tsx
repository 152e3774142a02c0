import type { DraftCondition } from './draft.ts';

/** How much of the whole each prompt weighs, as a band of their colours. */
export function MixBar({ conditions }: { conditions: readonly DraftCondition[] }) {
  const whole = conditions.reduce((sum, { weight }) => sum + weight, 0);
  return (
    <div className="mix" aria-hidden="true">
      {conditions.map(({ key, type, weight }) => (
        <span
          key={key}
          className={`mix__part kind--${type}`}
          style={{ flexGrow: whole === 0 ? 1 : Math.max(weight / whole, 0.001) }}
        />
      ))}
    </div>
  );
}
