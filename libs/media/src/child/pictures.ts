import type { Sharp } from 'sharp';
import type { ImageFormat, ImageTarget, Numbers } from '../media-protocol.ts';
import { insertXmp } from './png-chunk.ts';
import { RefusedMedium, decoding } from './refused-medium.ts';

/** Loaders that stay: everything else of libvips is blocked. */
const LOADERS = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
];

let loaded: ReturnType<typeof loadSharp> | undefined;
/** Loaded with the first picture. */
const sharpOnce = () => (loaded ??= loadSharp());

async function loadSharp() {
  const { default: sharp } = await import('sharp');
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

/** → [3, height, width] in [0, 1]. */
export async function decodeImage(bytes: Uint8Array, { width, height, maxPixels }: ImageTarget): Promise<Numbers> {
  const sharp = await sharpOnce();
  return decoding('picture', async () => {
    const options = { limitInputPixels: maxPixels, failOn: 'error', pages: 1 } as const;
    const { width: across = 0, height: down = 0 } = await sharp(bytes, {
      ...options,
      limitInputPixels: false,
    }).metadata();
    if (across * down > maxPixels) {
      throw new RefusedMedium(
        'media_too_large',
        `the picture has ${across} × ${down} pixels; at most ${maxPixels} are accepted`,
      );
    }
    const raw = await sharp(bytes, options)
      .timeout({ seconds: 20 })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(width, height, { fit: 'cover' })
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer();
    return planar(raw, width, height);
  });
}

/** Interleaved RGB bytes → planes [3, height, width] in [0, 1]. */
function planar(rgb: Uint8Array, width: number, height: number): Numbers {
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (let place = 0; place < plane; place += 1) {
    for (let colour = 0; colour < 3; colour += 1) data[colour * plane + place] = rgb[place * 3 + colour]! / 255;
  }
  return { shape: [3, height, width], data };
}

/** XMP with IPTC's digital source type of generated media, and the settings that make the file again. */
function xmp(provenance: string): string {
  const text = provenance.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
    'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia">' +
    `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${text}</rdf:li></rdf:Alt></dc:description>` +
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
  );
}

/** zlib's level of PNGs. 9 takes four times as long, for files that are 1 to 5 % smaller. */
const PNG_LEVEL = 6;

/** Pixels [3, H, W] in [0, 1] → a file. */
export async function encodeImage(pixels: Numbers, { format, provenance, maxBytes }: ImageFormat): Promise<Uint8Array> {
  const sharp = await sharpOnce();
  const [, height = 0, width = 0] = pixels.shape;
  const raw = interleaved(pixels.data, 0, width * height);
  const bare = () => sharp(raw, { raw: { width, height, channels: 3 } });
  if (format === 'png') {
    const png = await bare().png({ compressionLevel: PNG_LEVEL, adaptiveFiltering: true }).toBuffer();
    return provenance === undefined ? png : insertXmp(png, xmp(provenance));
  }
  const open = (): Sharp => (provenance === undefined ? bare() : bare().withXmp(xmp(provenance)));
  if (maxBytes === undefined) return open().webp({ quality: 90, effort: 4 }).toBuffer();
  for (const quality of [80, 60, 40, 20]) {
    const file = await open().webp({ quality, effort: 2 }).toBuffer();
    if (file.byteLength <= maxBytes || quality === 20) return file;
  }
  throw new Error('unreachable');
}

/** Planes [3 × plane] from `start` on (with `stride` numbers between planes) → interleaved RGB bytes. */
export function interleaved(data: Float32Array, start: number, plane: number, stride = plane): Uint8Array {
  const rgb = new Uint8ClampedArray(plane * 3);
  for (let place = 0; place < plane; place += 1) {
    for (let colour = 0; colour < 3; colour += 1)
      rgb[place * 3 + colour] = data[start + colour * stride + place]! * 255;
  }
  return new Uint8Array(rgb.buffer);
}
