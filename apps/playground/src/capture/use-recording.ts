import { useEffect, useRef, useState } from 'react';
import { LONGEST_SECONDS, Recording } from './devices.ts';

/** Records a stream: `toggle` begins and ends it; it ends by itself after LONGEST_SECONDS. */
export function useRecording(stream: MediaStream | undefined, onRecorded: (file: Blob) => void) {
  const recording = useRef<Recording>(undefined);
  const [seconds, setSeconds] = useState<number>();
  const toggle = () => {
    if (stream === undefined) return;
    if (recording.current === undefined) {
      recording.current = new Recording(stream);
      setSeconds(0);
      return;
    }
    const ended = recording.current;
    recording.current = undefined;
    setSeconds(undefined);
    void ended.stop().then(onRecorded);
  };
  useEffect(() => {
    if (seconds === undefined) return undefined;
    const timer = setTimeout(() => (seconds + 1 >= LONGEST_SECONDS ? toggle() : setSeconds(seconds + 1)), 1_000);
    return () => clearTimeout(timer);
  });
  return { seconds, toggle };
}
