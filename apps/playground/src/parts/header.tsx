import { useState } from 'react';
import type { Model } from '@medley/client';
import { signOut, type Session } from '../session.ts';
import { Glyph } from './glyph.tsx';
import { Logo } from './logo.tsx';
import { ThemeButton } from './theme-button.tsx';

/** The name, the model, and what concerns the visitor. */
export function Header({
  session,
  models,
  model,
  trouble,
  onModel,
  onHome,
  onSignedOut,
}: {
  session: Session;
  models: readonly Model[];
  model: Model | undefined;
  trouble: string | undefined;
  onModel: (name: string) => void;
  onHome: () => void;
  onSignedOut: () => void;
}) {
  const [stuck, setStuck] = useState<string>();
  const leave = () => {
    setStuck(undefined);
    signOut().then(onSignedOut, (error: unknown) => setStuck(`Not signed out: ${(error as Error).message}`));
  };
  return (
    <header className="header">
      <h1 className="header__name">
        <button type="button" onClick={onHome} aria-label="Medley, back to the beginning">
          <Logo size={34} apart={0.35} />
          <span>medley</span>
        </button>
      </h1>
      {trouble !== undefined && (
        <p className="header__trouble" role="status">
          {trouble}
        </p>
      )}
      {stuck !== undefined && (
        <p className="header__trouble" role="alert">
          {stuck}
        </p>
      )}
      <div className="header__side">
        {models.length > 1 && (
          <select aria-label="Model" value={model?.name ?? ''} onChange={(event) => onModel(event.target.value)}>
            {models.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        <ThemeButton />
        {!session.guest && (
          <button
            type="button"
            className="icon-button"
            aria-label={`Sign out (key ${session.key.name})`}
            onClick={leave}
          >
            <Glyph name="leave" />
          </button>
        )}
      </div>
    </header>
  );
}
