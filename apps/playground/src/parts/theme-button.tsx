import { useState } from 'react';
import { Glyph } from './glyph.tsx';

const KEPT = 'medley-theme';
type Theme = 'light' | 'dark';

/** The theme that was chosen here before; the system's without one. */
export function restoreTheme(): void {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset['theme'] = kept;
}

export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(currentTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  const change = () => {
    document.documentElement.dataset['theme'] = other;
    localStorage.setItem(KEPT, other);
    setTheme(other);
  };
  return (
    <button type="button" className="icon-button" onClick={change} aria-label={`Change to ${other} colours`}>
      <Glyph name="light" />
    </button>
  );
}

function currentTheme(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
