// CSV as it comes, in chunks (RFC 4180): its rows, of which only the one is kept that has not ended yet, and their cells.

const QUOTE = 0x22, LINE_FEED = 0x0a;
const CELL = /"((?:[^"]|"")*)"(?:,|\r?$)|([^,]*?)(?:,|\r?$)/gy;

/** The rows of a file, one character a byte. A line end between quotes ends none; what stands behind the last line end is none. */
export class Rows {
  readonly #mostBytes: number;
  /** The beginning of a row: so many bytes of this. Infinitely many where it is too long to be kept. */
  #bytes = Buffer.alloc(0);
  #length = 0;
  #isQuoted = false;

  /** @param mostBytes of a row; a longer one is read as an empty one */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Whether the row that has not ended yet is longer than a row may be. */
  get isTooLong(): boolean {
    return this.#length === Infinity;
  }

  /** The rows that end in the next chunk. Who leaves some of them out is to leave the file. */
  *take(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (chunk[at] === QUOTE) this.#isQuoted = !this.#isQuoted;
      if (chunk[at] !== LINE_FEED || this.#isQuoted) continue;
      this.#keep(chunk.subarray(start, at));
      yield this.#bytes.toString('latin1', 0, this.isTooLong ? 0 : this.#length);
      this.#length = 0;
      start = at + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** In twice the room that is needed, where there is none left: bytes may come one at a time, and each copy costs. */
  #keep(part: Buffer): void {
    const length = this.#length + part.length;
    this.#length = length > this.#mostBytes ? Infinity : length;
    if (this.isTooLong) return;
    if (length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], Math.min(2 * length, this.#mostBytes));
    part.copy(this.#bytes, length - part.length);
  }
}

/** The cells of a row, up to so many; behind the last one stands an empty one. Between quotes stands anything, quotes twice. */
export function cellsOf(row: string, most: number): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain] of row.matchAll(CELL)) {
    cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (cells.length >= most) break;
  }
  return cells;
}
