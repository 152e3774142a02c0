import { useEffect, useState } from 'react';

export const BARS = 72;
const SILENCE: readonly number[] = Array.from({ length: BARS }, () => 0);

/** How loud a sound is in each of its BARS parts, 0…1 of its loudest; silence until that is known. */
export function usePeaks(source: string): readonly number[] {
  const [peaks, setPeaks] = useState(SILENCE);
  useEffect(() => {
    const stop = new AbortController();
    readPeaks(source, stop.signal).then(setPeaks, () => undefined); // The player itself tells what can't be played.
    return () => stop.abort();
  }, [source]);
  return peaks;
}

async function readPeaks(source: string, signal: AbortSignal): Promise<readonly number[]> {
  const response = await fetch(source, { signal });
  const decoder = new OfflineAudioContext(1, 1, 44_100);
  const waveform = (await decoder.decodeAudioData(await response.arrayBuffer())).getChannelData(0);
  const peaks = SILENCE.map((_, bar) => {
    const [start, end] = [bar, bar + 1].map((edge) => Math.floor((edge * waveform.length) / BARS));
    return waveform.subarray(start, end).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  });
  const loudest = Math.max(...peaks, 1e-6);
  return peaks.map((peak) => peak / loudest);
}
