// What one check was told in the last ten minutes, in cells of twenty seconds.
import type { Verdict } from './verdict.ts';

/** The worst verdict of a cell's time; undefined where none was told. */
export type Cell = Verdict['state'] | undefined;

/** Milliseconds of a cell. */
export const CELL = 20_000;
/** How many cells there are. */
export const CELLS = 30;

/** From the best to the worst: a cell is kept as its place in here. */
const CELL_STATES: readonly Cell[] = [undefined, 'up', 'drain', 'down'];

/** The verdicts that a check was told, each cell the worst of its time. Times are milliseconds of the monotonic clock. */
export class Strip {
  /** A ring: the cell of a time is at its number, counted from the clock's zero, modulo their count. */
  readonly #cells = new Uint8Array(CELLS);
  #newest = 0;
  #worst: Cell;

  /** Takes note of a verdict. For one like the last one, in the same cell, this is a division and two comparisons. */
  tell(state: Verdict['state'], now: number): void {
    const number = Math.floor(now / CELL);
    if (number === this.#newest && state === this.#worst) return;
    this.#take(number, state);
  }

  #take(number: number, state: Verdict['state']): void {
    for (let skipped = Math.max(this.#newest, number - CELLS) + 1; skipped <= number; skipped += 1) this.#cells[skipped % CELLS] = 0;
    this.#newest = number;
    const worst = Math.max(this.#cells[number % CELLS] ?? 0, CELL_STATES.indexOf(state));
    this.#cells[number % CELLS] = worst;
    this.#worst = CELL_STATES[worst];
  }

  /** The cells up to now, the oldest first. */
  cells(now: number): Cell[] {
    const last = Math.floor(now / CELL);
    return Array.from({ length: CELLS }, (_none, at) => {
      const number = last - CELLS + 1 + at;
      return number >= 0 && number <= this.#newest ? CELL_STATES[this.#cells[number % CELLS] ?? 0] : undefined;
    });
  }
}
