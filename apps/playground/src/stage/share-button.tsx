import { useState } from 'react';
import type { MedleyClient, Share } from '@medley/client';
import { Glyph } from '../parts/glyph.tsx';

/** Makes a link to a result that whoever has it can open, and takes it back. */
export function ShareButton({ id, client }: { id: string; client: MedleyClient }) {
  const [share, setShare] = useState<Share>();
  const [words, setWords] = useState('');
  const attempt = (done: Promise<void>) => done.catch((error: unknown) => setWords((error as Error).message));
  const begin = async () => {
    const made = await client.share(id);
    setShare(made);
    setWords('');
    await copy(made.url);
  };
  const copy = async (url: string) => {
    await navigator.clipboard.writeText(url).then(
      () => setWords('Copied.'),
      () => undefined, // The link stands there to be copied by hand.
    );
  };
  const end = async () => {
    await client.revokeShare(id);
    setShare(undefined);
    setWords('The link shows nothing any more.');
  };
  return (
    <>
      <button type="button" className="button" onClick={() => void attempt(begin())}>
        <Glyph name="share" /> Share
      </button>
      {(share !== undefined || words !== '') && (
        <div className="share">
          {share !== undefined && (
            <>
              <input
                readOnly
                aria-label="Link to this result"
                value={share.url}
                onFocus={(event) => event.target.select()}
              />
              <button type="button" className="button" onClick={() => void copy(share.url)}>
                Copy
              </button>
              <button type="button" className="button" onClick={() => void attempt(end())}>
                Take it back
              </button>
            </>
          )}
          <p className="quiet" role="status">
            {words}
            {share !== undefined &&
              ` Whoever has it sees the results until ${new Date(share.expires_at).toLocaleDateString()}; the files carry your prompts.`}
          </p>
        </div>
      )}
    </>
  );
}
