// What marks said when they were last read: for the moments at which no file can be opened.
import type { Mark } from './mark.ts';

/** Marks that are remembered; an operator has few. */
const MAX_MARKS = 1_000;

/** The marks that were read last, by their names. It tells what a mark says that stands and cannot be opened, never whether one stands. */
export class KnownMarks {
  readonly #marks = new Map<string, Mark>();

  /** Takes note of a mark that was read. */
  note(mark: Mark): void {
    if (!this.#marks.has(mark.name) && this.#marks.size >= MAX_MARKS) this.#marks.clear();
    this.#marks.set(mark.name, mark);
  }

  /** A mark is gone: one that is made later is another. */
  forget(name: string): void {
    this.#marks.delete(name);
  }

  /** What a mark said last. */
  get(name: string): Mark | undefined {
    return this.#marks.get(name);
  }
}
