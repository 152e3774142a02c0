import { useEffect, useState } from 'react';
import { ServiceError } from '@medley/client';
import { Logo } from './parts/logo.tsx';
import { SharedPage } from './shared-page.tsx';
import { SignIn } from './sign-in.tsx';
import { resumeSession, signIn, takeKey, type Session } from './session.ts';
import { Studio } from './studio.tsx';

/** A shared result, or the studio behind its sign-in. */
export function App() {
  const [, token] = /^\/s\/([^/]+)$/.exec(location.pathname) ?? [];
  return token === undefined ? <Entrance /> : <SharedPage token={token} />;
}

type Door =
  /** `words`: why it could not be opened at the last attempt. */
  | { state: 'opening'; key?: string | undefined; words?: string }
  | { state: 'closed'; words?: string }
  | { state: 'open'; session: Session };

/** From an attempt that could not be answered to the next. */
const AGAIN_MILLISECONDS = 5_000;

function Entrance() {
  const [door, setDoor] = useState<Door>({ state: 'opening' });
  useEffect(() => {
    const follow = () => {
      const key = takeKey();
      if (key !== undefined) setDoor({ state: 'opening', key });
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  useEffect(() => {
    if (door.state !== 'opening') return;
    const key = door.key ?? takeKey();
    let overtaken = false;
    const attempt = async () => {
      const next = await open(key);
      if (!overtaken) setDoor(next);
    };
    const timer = setTimeout(() => void attempt(), door.words === undefined ? 0 : AGAIN_MILLISECONDS);
    return () => {
      overtaken = true;
      clearTimeout(timer);
    };
  }, [door]);
  if (door.state === 'opening') return <Opening words={door.words} />;
  if (door.state === 'closed')
    return <SignIn words={door.words} onSignedIn={(session) => setDoor({ state: 'open', session })} />;
  return (
    <Studio
      session={door.session}
      onSignedOut={() => setDoor({ state: 'closed' })}
      onExpired={() => setDoor({ state: 'opening' })}
    />
  );
}

function Opening({ words }: { words: string | undefined }) {
  if (words === undefined)
    return (
      <main className="opening" aria-busy="true">
        <Logo apart={0.2} />
      </main>
    );
  return (
    <main className="door" aria-busy="true">
      <Logo apart={0.35} size={88} />
      <h1>Medley</h1>
      <p className="problem" role="alert">
        {words}
      </p>
      <p className="quiet">This page tries again by itself.</p>
    </main>
  );
}

/** Trades the key for a session; without one goes on with the session that there is, or as a guest. */
async function open(key: string | undefined): Promise<Door> {
  try {
    const session = await (key === undefined ? resumeSession() : signIn(key));
    return session === undefined ? { state: 'closed' } : { state: 'open', session };
  } catch (error) {
    const { message: words } = error as Error;
    return isForNow(error) ? { state: 'opening', key, words } : { state: 'closed', words };
  }
}

/** Whether the same request may well be answered otherwise in a moment. */
function isForNow(error: unknown): boolean {
  return error instanceof ServiceError && (error.status === 0 || error.status === 429 || error.status >= 500);
}
