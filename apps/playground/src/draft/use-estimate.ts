import { useEffect, useState } from 'react';
import type { Estimate, MedleyClient } from '@medley/client';
import { bodyOf } from './body.ts';
import type { Draft } from './draft.ts';

/** Nobody is asked while the draft is still being changed. */
const SETTLED_MILLISECONDS = 700;

/** In a few words how long the draft would take; empty as long as that is not known. */
export function useEstimate(client: MedleyClient, draft: Draft): string {
  const [words, setWords] = useState('');
  const body = JSON.stringify(bodyOf(draft).body);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      client.estimate(JSON.parse(body) as Parameters<MedleyClient['estimate']>[0], stop.signal).then(
        (estimate) => setWords(describeEstimate(estimate)),
        () => setWords(''), // What is wrong with the draft is told when it is sent.
      );
    }, SETTLED_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, body]);
  return words;
}

function describeEstimate({ seconds, queue }: Estimate): string {
  const wait = queue.estimated_seconds;
  const work = `about ${describeSeconds(seconds)}`;
  return wait < 1 ? work : `${work}, after ${describeSeconds(wait)} in line`;
}

export function describeSeconds(seconds: number): string {
  if (seconds < 1) return 'a second';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}
