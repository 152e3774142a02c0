import { useEffect, useState } from 'react';
import { deviceTrouble } from './devices.ts';

/** What a microphone or camera brings as long as the component is shown, or why it brings nothing. */
export function useStream(device: 'microphone' | 'camera') {
  const [stream, setStream] = useState<MediaStream>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    let gone = false;
    let opened: MediaStream | undefined;
    const release = () => opened?.getTracks().forEach((track) => track.stop());
    const wanted = device === 'microphone' ? { audio: true } : { video: { facingMode: 'environment' } };
    const ask = async () => {
      opened = await navigator.mediaDevices.getUserMedia(wanted);
      if (gone) release();
      else setStream(opened);
    };
    ask().catch((error: unknown) => setTrouble(deviceTrouble(error, device)));
    return () => {
      gone = true;
      release();
    };
  }, [device]);
  return { stream, trouble };
}
