import { useRef, useState, type Dispatch } from 'react';
import { CameraDialog } from '../capture/camera-dialog.tsx';
import { VoiceDialog } from '../capture/voice-dialog.tsx';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import { textCondition, type DraftChange } from './draft.ts';
import type { AddFile } from './use-files.ts';

const TAKEN = 'image/png,image/jpeg,image/webp,image/gif,audio/*,video/mp4,video/webm,.flac,.opus,.ogg';

/** The ways to add a prompt. */
export function AddBar({
  change,
  addFile,
  addFiles,
}: {
  change: Dispatch<DraftChange>;
  addFile: AddFile;
  addFiles: (files: Iterable<File>) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState<'voice' | 'camera'>();
  const close = () => setOpen(undefined);
  return (
    <div className="add" role="group" aria-label="Add a prompt">
      <Add glyph="text" label="Words" onClick={() => change({ do: 'add', condition: textCondition('') })} />
      <Add glyph="file" label="File" onClick={() => input.current?.click()} />
      <Add glyph="microphone" label="Voice" onClick={() => setOpen('voice')} />
      <Add glyph="camera" label="Camera" onClick={() => setOpen('camera')} />
      <input
        ref={input}
        className="hidden"
        type="file"
        multiple
        accept={TAKEN}
        tabIndex={-1}
        aria-label="Files to add"
        onChange={(event) => {
          addFiles(event.target.files ?? []);
          event.target.value = '';
        }}
      />
      {open === 'voice' && <VoiceDialog onClose={close} onDone={(file) => addFile(file, 'Your voice', 'audio')} />}
      {open === 'camera' && (
        <CameraDialog
          onClose={close}
          onPicture={(file) => addFile(file, 'Your picture', 'image')}
          onClip={(file) => addFile(file, 'Your clip', 'video')}
        />
      )}
    </div>
  );
}

function Add({ glyph, label, onClick }: { glyph: GlyphName; label: string; onClick: () => void }) {
  return (
    <button type="button" className="add__button" onClick={onClick}>
      <Glyph name={glyph} size={20} />
      {label}
    </button>
  );
}
