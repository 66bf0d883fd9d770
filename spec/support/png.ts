// The pixels of a picture (PNG, RFC 2083): eight bits a sample, not interlaced, as Chromium writes them.
import { inflateSync } from 'node:zlib';
import type { Colour } from './contrast.ts';

/** A picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => Colour;
  /** How many pixels are of a colour. */
  readonly count: (colour: Colour) => number;
}

/** Bytes of a pixel by the colour type: RGB, and RGBA. */
const PIXEL_BYTES: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/** Reads a picture. */
export function parsePng(file: Buffer): Picture {
  const chunks: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') chunks.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  const [width, height, pixel] = [file.readUInt32BE(16), file.readUInt32BE(20), PIXEL_BYTES[file[25] ?? 0]];
  if (pixel === undefined || file[24] !== 8 || file[28] !== 0) throw new Error(`a picture of another kind: ${file.toString('hex', 24, 29)}`);
  const pixels = unfiltered(inflateSync(Buffer.concat(chunks)), width * pixel, height, pixel);
  const at = (x: number, y: number): Colour => {
    const start = (y * width + x) * pixel;
    return [pixels[start] ?? 0, pixels[start + 1] ?? 0, pixels[start + 2] ?? 0];
  };
  const count = ([red, green, blue]: Colour): number => {
    let found = 0;
    for (let start = 0; start < pixels.length; start += pixel) found += pixels[start] === red && pixels[start + 1] === green && pixels[start + 2] === blue ? 1 : 0;
    return found;
  };
  return { width, height, at, count };
}

/** Takes the filters of the rows back (section 6): each byte was written as the difference to a guess from the left and from above. */
function unfiltered(bytes: Buffer, row: number, height: number, pixel: number): Buffer {
  const out = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) {
    const filter = bytes[y * (row + 1)] ?? 0;
    for (let x = 0; x < row; x += 1) {
      const left = x < pixel ? 0 : (out[y * row + x - pixel] ?? 0);
      const above = y === 0 ? 0 : (out[(y - 1) * row + x] ?? 0);
      const corner = x < pixel || y === 0 ? 0 : (out[(y - 1) * row + x - pixel] ?? 0);
      const guess = filter === 0 ? 0 : filter === 1 ? left : filter === 2 ? above : filter === 3 ? (left + above) >> 1 : paeth(left, above, corner);
      out[y * row + x] = ((bytes[y * (row + 1) + 1 + x] ?? 0) + guess) & 255;
    }
  }
  return out;
}

function paeth(left: number, above: number, corner: number): number {
  const [l, a, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  return l <= a && l <= c ? left : a <= c ? above : corner;
}
