import { useState } from 'react';
import { toWav } from './devices.ts';
import { Dialog } from './dialog.tsx';
import { LevelMeter } from './level-meter.tsx';
import { useRecording } from './use-recording.ts';
import { useStream } from './use-stream.ts';

/** Records from the microphone. */
export function VoiceDialog({ onClose, onDone }: { onClose: () => void; onDone: (file: Blob) => void }) {
  const { stream, trouble } = useStream('microphone');
  const [unread, setUnread] = useState<string>();
  const { seconds, toggle } = useRecording(stream, (recording) => {
    toWav(recording).then(
      (file) => {
        onDone(file);
        onClose();
      },
      (error: unknown) => setUnread(`The recording can't be read: ${String(error)}`),
    );
  });
  const words = trouble ?? unread;
  return (
    <Dialog title="Record your voice" onClose={onClose}>
      {stream !== undefined && <LevelMeter stream={stream} />}
      {words !== undefined && (
        <p className="problem" role="alert">
          {words}
        </p>
      )}
      <button type="button" className="button button--record" disabled={stream === undefined} onClick={toggle}>
        {seconds === undefined ? 'Record' : `Stop (${seconds} s)`}
      </button>
    </Dialog>
  );
}
