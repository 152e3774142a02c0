import { useEffect, useRef } from 'react';
import { snapshot } from './devices.ts';
import { Dialog } from './dialog.tsx';
import { useRecording } from './use-recording.ts';
import { useStream } from './use-stream.ts';

/** Takes a picture or records a clip. */
export function CameraDialog({
  onClose,
  onPicture,
  onClip,
}: {
  onClose: () => void;
  onPicture: (file: Blob) => void;
  onClip: (file: Blob) => void;
}) {
  const { stream, trouble } = useStream('camera');
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream ?? null;
  }, [stream]);
  const { seconds, toggle } = useRecording(stream, (file) => {
    onClip(file);
    onClose();
  });
  const take = async () => {
    onPicture(await snapshot(video.current!));
    onClose();
  };
  return (
    <Dialog title="Camera" onClose={onClose}>
      <video ref={video} className="finder" autoPlay muted playsInline aria-label="What the camera sees" />
      {trouble !== undefined && (
        <p className="problem" role="alert">
          {trouble}
        </p>
      )}
      <div className="dialog__row">
        <button
          type="button"
          className="button button--strong"
          disabled={stream === undefined || seconds !== undefined}
          onClick={() => void take()}
        >
          Take a picture
        </button>
        <button type="button" className="button button--record" disabled={stream === undefined} onClick={toggle}>
          {seconds === undefined ? 'Record a clip' : `Stop (${seconds} s)`}
        </button>
      </div>
    </Dialog>
  );
}
