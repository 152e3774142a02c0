/** Jobs of a MediaPool's children (structured clones over the IPC pipe); their replies are in media-reply.ts. */

export interface ImageTarget {
  width: number;
  height: number;
  /** Largest picture accepted, in pixels. */
  maxPixels: number;
}

export interface AudioTarget {
  sampleRate: number;
  channels: number;
  /** Longer sounds are cut after so many samples, shorter ones padded with silence. */
  samples: number;
  maxSeconds: number;
}

export interface VideoTarget {
  width: number;
  height: number;
  frames: number;
  fps: number;
  maxSeconds: number;
}

/** Numbers of a tensor with its shape. */
export interface Numbers {
  shape: readonly number[];
  data: Float32Array;
}

/** What generated files say of their origin: settings that make them again, as JSON. */
export type Provenance = string;

export interface ImageFormat {
  format: 'png' | 'webp';
  provenance?: Provenance;
  /** Quality is lowered until the file has at most so many bytes (WebP). */
  maxBytes?: number;
}

export type MediaJob =
  | { type: 'decode-image'; bytes: Uint8Array; target: ImageTarget }
  | { type: 'decode-audio'; bytes: Uint8Array; demuxer: string; target: AudioTarget }
  | { type: 'decode-video'; bytes: Uint8Array; demuxer: string | undefined; target: VideoTarget }
  | { type: 'encode-image'; pixels: Numbers; options: ImageFormat }
  | {
      type: 'encode-audio';
      waveform: Numbers;
      sampleRate: number;
      format: 'wav' | 'flac' | 'opus';
      provenance: Provenance;
    }
  | { type: 'encode-video'; pixels: Numbers; fps: number; format: 'mp4' | 'webm'; provenance: Provenance }
  | {
      type: 'mux';
      video: Uint8Array;
      audio: Uint8Array;
      audioDemuxer: string;
      format: 'mp4' | 'webm';
      provenance: Provenance;
    };

export type MediaAnswer = { numbers: Numbers } | { bytes: Uint8Array };
