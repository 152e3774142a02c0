import { encodeWav } from './wav.ts';

/** Longest recording, in seconds; models hear and see a second or a few. */
export const LONGEST_SECONDS = 10;

/** In words for whoever is at the page: the browser's own are for developers. */
export function deviceTrouble(error: unknown, device: 'microphone' | 'camera'): string {
  const { name } = error as DOMException;
  if (name === 'NotAllowedError')
    return `This page may not use the ${device}: allow it in the browser, then try again.`;
  if (name === 'NotFoundError') return `There is no ${device} on this device.`;
  if (navigator.mediaDevices === undefined)
    return `The browser gives out its ${device} only over HTTPS or on this machine.`;
  return `The ${device} can't be used: ${String(error)}`;
}

/** Turns a microphone's recording into a WAV file, which every service reads. */
export async function toWav(recording: Blob): Promise<Blob> {
  const context = new AudioContext();
  try {
    const { numberOfChannels, length, sampleRate, ...rest } = await decode(context, recording);
    const mono = new Float32Array(length);
    for (let channel = 0; channel < numberOfChannels; channel += 1)
      rest.channels[channel]!.forEach((sample, index) => (mono[index]! += sample / numberOfChannels));
    return encodeWav(mono, sampleRate);
  } finally {
    await context.close();
  }
}

async function decode(context: AudioContext, recording: Blob) {
  const buffer = await context.decodeAudioData(await recording.arrayBuffer());
  const { numberOfChannels, length, sampleRate } = buffer;
  const channels = Array.from({ length: numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  return { numberOfChannels, length, sampleRate, channels };
}

/** The picture that a camera shows now. */
export async function snapshot(video: HTMLVideoElement): Promise<Blob> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d')!.drawImage(video, 0, 0);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
}

/** Records what a stream brings until it is told to stop; the file is of the kind that this browser writes. */
export class Recording {
  readonly #recorder: MediaRecorder;
  readonly #parts: Blob[] = [];

  constructor(stream: MediaStream) {
    const kinds = ['video/mp4', 'video/webm', 'audio/webm', 'audio/mp4'];
    const mine = stream.getVideoTracks().length > 0 ? /^video/ : /^audio/;
    const kind = kinds.find((one) => mine.test(one) && MediaRecorder.isTypeSupported(one));
    this.#recorder = new MediaRecorder(stream, kind === undefined ? {} : { mimeType: kind });
    this.#recorder.addEventListener('dataavailable', ({ data }) => this.#parts.push(data));
    this.#recorder.start();
  }

  async stop(): Promise<Blob> {
    const stopped = new Promise((resolve) => this.#recorder.addEventListener('stop', resolve, { once: true }));
    this.#recorder.stop();
    await stopped;
    return new Blob(this.#parts, { type: this.#recorder.mimeType.split(';')[0]! });
  }
}
