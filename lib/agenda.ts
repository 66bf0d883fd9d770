// What is due when. It costs the same however much there is, and wakes nobody while there is nothing.

/** Milliseconds; what is due in the same slot is taken together, at its end. */
const SLOT = 25;

/** Things by the moment at which they are due. */
export class Agenda<T> {
  readonly #slots = new Map<number, T[]>();
  readonly #now: () => number;
  readonly #wake: (milliseconds: number) => void;

  /**
   * @param now milliseconds on a clock that never jumps
   * @param wake asks for a call of `take` after so many milliseconds; once for all that is due together
   */
  constructor(now: () => number, wake: (milliseconds: number) => void) {
    this.#now = now;
    this.#wake = wake;
  }

  /** Puts something in, due at a moment of that clock; what is past is due soon. */
  put(what: T, due: number): void {
    const now = this.#now();
    const slot = Math.ceil(Math.max(due, now) / SLOT);
    const there = this.#slots.get(slot);
    if (there !== undefined) return void there.push(what);
    this.#slots.set(slot, [what]);
    this.#wake(slot * SLOT - now);
  }

  /** Takes out what is due: never sooner than it is, and a slot later at most. */
  take(): T[] {
    const now = this.#now();
    const due = [...this.#slots.keys()].filter((slot) => slot * SLOT <= now).sort((a, b) => a - b);
    return due.flatMap((slot) => {
      const taken = this.#slots.get(slot) ?? [];
      this.#slots.delete(slot);
      return taken;
    });
  }
}
