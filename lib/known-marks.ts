// What marks said when they were last read: for the moments at which no file can be opened.
import type { Mark } from './mark.ts';

/** Marks that are remembered; an operator has few. */
const MAX_MARKS = 1_000;

/** What tells one file, as it is at a moment, from any other that has its name. */
export interface FileIdentity {
  readonly ino: number;
  readonly ctimeMs: number;
  readonly size: number;
}

interface KnownMark {
  readonly mark: Mark;
  readonly file: FileIdentity;
}

/** The marks that were read last, by their names. It tells what a mark says that stands and cannot be opened, never whether one stands. */
export class KnownMarks {
  readonly #marks = new Map<string, KnownMark>();

  /** Takes note of a mark that was read in a file. */
  note(mark: Mark, file: FileIdentity): void {
    if (!this.#marks.has(mark.name) && this.#marks.size >= MAX_MARKS) this.#marks.clear();
    this.#marks.set(mark.name, { mark, file });
  }

  /** A mark is gone: one that is made later is another. */
  forget(name: string): void {
    this.#marks.delete(name);
  }

  /** What a mark said last; undefined where its file is another one by now, or was written to. */
  get(name: string, file: FileIdentity): Mark | undefined {
    const known = this.#marks.get(name);
    return known !== undefined && isSame(known.file, file) ? known.mark : undefined;
  }
}

function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return one.ino === other.ino && one.ctimeMs === other.ctimeMs && one.size === other.size;
}
