import { useState, type FormEvent } from 'react';
import { Logo } from './parts/logo.tsx';
import { signIn, type Session } from './session.ts';

/** Asks for an API key. `words`: why the one that came was none. */
export function SignIn({ words, onSignedIn }: { words: string | undefined; onSignedIn: (session: Session) => void }) {
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState(words);
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    signIn(key.trim()).then(onSignedIn, (error: unknown) => {
      setProblem((error as Error).message);
      setBusy(false);
    });
  };
  return (
    <main className="door">
      <Logo apart={0.35} size={88} />
      <h1>Medley</h1>
      <form onSubmit={submit}>
        <label htmlFor="key">Your API key</label>
        <div className="door__row">
          <input
            id="key"
            name="key"
            type="password"
            autoComplete="current-password"
            placeholder="mdl_…"
            required
            value={key}
            aria-invalid={problem !== undefined}
            aria-describedby={problem === undefined ? 'key-help' : 'key-problem'}
            onChange={(event) => setKey(event.target.value)}
          />
          <button className="button button--strong" type="submit" disabled={busy}>
            Enter
          </button>
        </div>
        {problem === undefined ? (
          <p id="key-help" className="quiet">
            The address that <code>npm start</code> prints carries it.
          </p>
        ) : (
          <p id="key-problem" className="problem" role="alert">
            {problem}
          </p>
        )}
      </form>
    </main>
  );
}
