/** What the first bytes of a file say it is. */
export interface MediaType {
  contentType: string;
  /** Other names under which clients declare the same thing. */
  aliases: readonly string[];
  /** FFmpeg's demuxer for it; pictures have none. */
  demuxer: string | undefined;
}

const type = (contentType: string, demuxer: string | undefined, ...aliases: string[]): MediaType => ({
  contentType,
  aliases,
  demuxer,
});

const JPEG = type('image/jpeg', undefined, 'image/jpg', 'image/pjpeg');
const PNG = type('image/png', undefined);
const WEBP = type('image/webp', undefined);
const GIF = type('image/gif', undefined);
const WAV = type('audio/wav', 'wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave');
const FLAC = type('audio/flac', 'flac', 'audio/x-flac');
const MP3 = type('audio/mpeg', 'mp3', 'audio/mp3');
const OGG = type('audio/ogg', 'ogg', 'audio/opus', 'application/ogg');
const MP4 = type('video/mp4', 'mov', 'audio/mp4', 'audio/x-m4a', 'audio/aac', 'video/quicktime');
const WEBM = type('video/webm', 'matroska', 'audio/webm');

/** Pictures in the container of MP4: AVIF and HEIF. */
const PICTURE_BRANDS = /^(avif|avis|hei[cxms]|hev[cxms]|mif1|msf1)$/;

/** JPEG, PNG, WebP, GIF, WAV, FLAC, MP3, Ogg, MP4, WebM; undefined for everything else (SVG, AVIF, HEIF, playlists, manifests, text). */
export function sniff(head: Uint8Array): MediaType | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 64)).toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return JPEG;
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return PNG;
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return WEBP;
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return GIF;
  if (/^(RIFF|RF64)/.test(text) && text.slice(8, 12) === 'WAVE') return WAV;
  if (text.startsWith('fLaC')) return FLAC;
  if (text.startsWith('OggS')) return OGG;
  if (text.slice(4, 8) === 'ftyp') return PICTURE_BRANDS.test(text.slice(8, 12)) ? undefined : MP4;
  if (text.startsWith('\x1a\x45\xdf\xa3') && Buffer.from(head.subarray(0, 4096)).includes('webm')) return WEBM;
  if (text.startsWith('ID3') || isMpegAudio(head)) return MP3;
  return undefined;
}

/** A frame header of MPEG audio layer III with a valid bit rate and sampling rate (ISO 11172-3, 2.4.1.3). */
function isMpegAudio(head: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = head;
  const layer3 = first === 0xff && (second & 0xe6) === 0xe2;
  return layer3 && third >> 4 !== 15 && third >> 4 !== 0 && ((third >> 2) & 3) !== 3;
}
