// Notices that would be given again and again.
import type { Clock } from './clock.ts';

/** Milliseconds until the same is said again. */
const AGAIN = 60_000;

/** Makes a notice that is given once a minute at most. */
export function seldom<T extends unknown[]>(notice: (...what: T) => void, { monotonic }: Clock): (...what: T) => void {
  let given = -Infinity;
  return (...what) => {
    if (monotonic() - given < AGAIN) return;
    given = monotonic();
    notice(...what);
  };
}
