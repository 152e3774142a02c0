/** Interleaved RGB bytes → planar 4:2:0, BT.709, limited range; sides may be larger than the picture, whose edge is repeated then. */
export function toYuv420(
  rgb: Uint8Array,
  width: number,
  height: number,
  evenWidth: number,
  evenHeight: number,
): Uint8Array {
  const halfWidth = evenWidth / 2;
  const luma = evenWidth * evenHeight;
  const chroma = luma / 4;
  const yuv = new Uint8ClampedArray(luma + 2 * chroma);
  const blue = new Float32Array(chroma);
  const red = new Float32Array(chroma);
  for (let y = 0; y < evenHeight; y += 1) {
    for (let x = 0; x < evenWidth; x += 1) {
      const at = (Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3;
      const [r, g, b] = [rgb[at]! / 255, rgb[at + 1]! / 255, rgb[at + 2]! / 255];
      const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
      yuv[y * evenWidth + x] = 16 + 219 * light;
      const quarter = (y >> 1) * halfWidth + (x >> 1);
      blue[quarter]! += (b - light) / 1.8556 / 4;
      red[quarter]! += (r - light) / 1.5748 / 4;
    }
  }
  for (let quarter = 0; quarter < chroma; quarter += 1) {
    yuv[luma + quarter] = 128 + 224 * blue[quarter]!;
    yuv[luma + chroma + quarter] = 128 + 224 * red[quarter]!;
  }
  return new Uint8Array(yuv.buffer);
}
