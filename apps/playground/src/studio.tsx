import { useEffect, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import { MedleyClient, ServiceError, type Generation, type GenerationBody, type Output } from '@medley/client';
import { againBody, bodyOf, fieldAt, type DraftBody } from './draft/body.ts';
import { Composer } from './draft/composer.tsx';
import { changeDraft, draftOf, firstDraft, outputCondition } from './draft/draft.ts';
import { useReleasedPreviews } from './draft/use-files.ts';
import { JobStore } from './jobs/job-store.ts';
import { Header } from './parts/header.tsx';
import type { Problem } from './parts/problem.tsx';
import type { Session } from './session.ts';
import { Stage } from './stage/stage.tsx';
import { Welcome, EXAMPLES } from './stage/welcome.tsx';
import { useModels } from './use-models.ts';
import { useSelection } from './use-selection.ts';
import { Wall } from './wall/wall.tsx';

/** Where a visitor makes things: the composer, what is being made or was, and everything made before. */
export function Studio({
  session,
  onSignedOut,
  onExpired,
}: {
  session: Session;
  onSignedOut: () => void;
  /** The session holds no more. */
  onExpired: () => void;
}) {
  const [client] = useState(() => new MedleyClient({ url: location.origin }));
  const [store] = useState(() => new JobStore(client, onExpired));
  useEffect(() => store.start(), [store]);
  const jobs = useSyncExternalStore(store.subscribe, store.read);
  const models = useModels(client);
  const [draft, change] = useReducer(changeDraft, EXAMPLES[0], firstDraft);
  useReleasedPreviews(draft.conditions);
  const [selected, select] = useSelection();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const sent = useRef<{ id: string; body: DraftBody }>(undefined);
  useEffect(() => store.watch(selected), [store, selected]);

  const shown = jobs.list.find(({ id }) => id === selected);
  const model = models.find(({ name }) => name === draft.model) ?? models[0];
  useProblemOf(shown, sent, setProblem);

  const send = async (body: GenerationBody, from?: DraftBody) => {
    if (busy) return;
    setProblem(undefined);
    setBusy(true);
    try {
      const generation = await store.submit(body);
      sent.current = from === undefined ? undefined : { id: generation.id, body: from };
      select(generation.id);
      document.getElementById('stage')?.scrollIntoView({ block: 'nearest' });
    } catch (error) {
      setProblem(problemOf(error, from));
    } finally {
      setBusy(false);
    }
  };
  const make = () => {
    const from = bodyOf(draft);
    void send(from.body, from);
  };
  const usePrompt = (output: Output) => {
    change({ do: 'add', condition: outputCondition(output) });
    document.querySelector('.composer')?.scrollIntoView({ block: 'start' });
  };

  return (
    <>
      <Header
        session={session}
        models={models}
        model={model}
        trouble={jobs.trouble}
        onModel={(name) => change({ do: 'model', model: name })}
        onHome={() => select(undefined)}
        onSignedOut={onSignedOut}
      />
      <main className="studio">
        <Composer
          client={client}
          draft={draft}
          model={model}
          problem={problem}
          busy={busy}
          change={change}
          onMake={make}
        />
        {shown === undefined && selected !== undefined && !jobs.loaded ? (
          <section className="stage" id="stage" aria-label="Result" aria-busy="true" />
        ) : shown === undefined ? (
          <Welcome
            onExample={(text) => {
              const example = firstDraft(text);
              change({ do: 'replace', draft: example });
              const from = bodyOf(example);
              void send(from.body, from);
            }}
          />
        ) : (
          <Stage
            key={shown.id}
            generation={shown}
            live={jobs.live.get(shown.id)}
            store={store}
            onAgain={() => void send(againBody(shown))}
            onEdit={() => change({ do: 'replace', draft: draftOf(shown) })}
            onPrompt={usePrompt}
            onGone={() => select(undefined)}
          />
        )}
        <Wall jobs={jobs} store={store} selected={selected} />
      </main>
    </>
  );
}

/** What a generation failed of is told at the field that caused it too, where that is known. */
function useProblemOf(
  generation: Generation | undefined,
  sent: { readonly current: { id: string; body: DraftBody } | undefined },
  setProblem: (problem: Problem) => void,
): void {
  useEffect(() => {
    if (generation?.error?.pointer === undefined || sent.current?.id !== generation.id) return;
    const { message, pointer } = generation.error;
    setProblem({ message, field: fieldAt(pointer, sent.current.body) });
  }, [generation, sent, setProblem]);
}

function problemOf(error: unknown, from: DraftBody | undefined): Problem {
  const { message } = error as Error;
  if (!(error instanceof ServiceError)) return { message, field: undefined };
  return { message, field: from === undefined ? undefined : fieldAt(error.pointer, from) };
}
