import { useCallback, useEffect, useRef, useState, type Dispatch } from 'react';
import type { MedleyClient } from '@medley/client';
import { fileCondition, releasePreviews, type DraftChange, type DraftCondition, type MediaCondition } from './draft.ts';
import { mediaType } from './media-type.ts';

/** Takes a file as a prompt of the draft and sends it to the service meanwhile. */
export type AddFile = (file: Blob, name: string, type: MediaCondition['type']) => void;

/** What adds files to the draft, and why one that was given could not be added. */
export function useFiles(client: MedleyClient, change: Dispatch<DraftChange>) {
  const [refused, setRefused] = useState<string>();
  const addFile = useCallback<AddFile>(
    (file, name, type) => {
      const condition = fileCondition(type, file, name);
      const { key } = condition;
      change({ do: 'add', condition });
      client
        .upload(file, {
          onProgress: (sent, total) => change({ do: 'upload', key, upload: { state: 'sending', sent, total } }),
        })
        .then(
          (asset) => change({ do: 'upload', key, upload: { state: 'stored' }, asset }),
          (error: unknown) =>
            change({ do: 'upload', key, upload: { state: 'refused', message: (error as Error).message } }),
        );
    },
    [client, change],
  );
  const addFiles = useCallback(
    (files: Iterable<File>) => {
      setRefused(undefined);
      for (const file of files) {
        const type = mediaType(file);
        if (type === undefined) setRefused(`${file.name} is neither a picture, a sound nor a clip`);
        else addFile(file, file.name, type);
      }
    },
    [addFile],
  );
  return { addFile, addFiles, refused };
}

/** Keeps previews of files in memory no longer than the draft has these files. */
export function useReleasedPreviews(conditions: readonly DraftCondition[]): void {
  const shown = useRef(conditions);
  useEffect(() => {
    releasePreviews(shown.current, conditions);
    shown.current = conditions;
  }, [conditions]);
  useEffect(() => () => releasePreviews(shown.current, []), []);
}

/** Whether files are being dragged over the page; those that are dropped or pasted anywhere are added. */
export function useDrop(addFiles: (files: Iterable<File>) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const on = <Name extends keyof WindowEventMap>(name: Name, listener: (event: WindowEventMap[Name]) => void) =>
      window.addEventListener(name, listener, { signal });
    on('dragover', (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    });
    on('dragleave', (event) => {
      if (event.relatedTarget === null) setOver(false);
    });
    on('drop', (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      addFiles(event.dataTransfer!.files);
    });
    on('paste', (event) => {
      const files = event.clipboardData?.files;
      if (files !== undefined && files.length > 0) addFiles(files);
    });
    return () => listening.abort();
  }, [addFiles]);
  return over;
}
