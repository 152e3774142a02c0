import { useEffect, useState } from 'react';
import { Logo } from './parts/logo.tsx';
import { SharedPage } from './shared-page.tsx';
import { SignIn } from './sign-in.tsx';
import { openSession, type Session } from './session.ts';
import { Studio } from './studio.tsx';

/** A shared result, or the studio behind its sign-in. */
export function App() {
  const [, token] = /^\/s\/([^/]+)$/.exec(location.pathname) ?? [];
  return token === undefined ? <Entrance /> : <SharedPage token={token} />;
}

type Door = { state: 'opening' } | { state: 'closed'; words?: string } | { state: 'open'; session: Session };

function Entrance() {
  const [door, setDoor] = useState<Door>({ state: 'opening' });
  const isOpening = door.state === 'opening';
  useEffect(() => {
    if (!isOpening) return;
    openSession().then(
      (session) => setDoor(session === undefined ? { state: 'closed' } : { state: 'open', session }),
      (error: unknown) => setDoor({ state: 'closed', words: (error as Error).message }),
    );
  }, [isOpening]);
  if (door.state === 'opening') {
    return (
      <main className="opening" aria-busy="true">
        <Logo apart={0.2} />
      </main>
    );
  }
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
