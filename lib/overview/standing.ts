// How a check stands now, which may be otherwise than it was told last: marks come and go between two checks.
import type { Asked } from '../asked.ts';
import { formatDuration } from '../clock.ts';
import type { Mark } from '../mark.ts';
import type { Unreadable } from '../spool.ts';

/** Taken out by a mark (`down`, `drain`), by its own probe (`failing`), in (`up`), or not told of late (`unknown`). */
export type Standing = 'failing' | 'down' | 'drain' | 'up' | 'unknown';

/** From the worst to the best, in the order in which they are shown. */
export const STANDINGS: readonly Standing[] = ['failing', 'down', 'drain', 'up', 'unknown'];

/** How a check stands, and why. */
export interface Stand {
  readonly standing: Standing;
  readonly cause: string;
  /** The mark that decides, where one does. */
  readonly mark?: Mark;
  /** Whether that is what it was told last. */
  readonly isTold?: true;
}

/** Milliseconds without a verdict after which a check is no longer said to stand as it did. */
const SILENCE = 60_000;

/** Whether a standing gets no new traffic. */
export function isOut(standing: Standing): boolean {
  return standing !== 'up' && standing !== 'unknown';
}

/**
 * How a check stands.
 *
 * @param marks those that count now, by name
 * @param now milliseconds of the monotonic clock
 */
export function standOf(asked: Asked, marks: ReadonlyMap<string, Mark> | Unreadable, now: number): Stand {
  const { check, state, told, cause, isMarked } = asked;
  if ('unreadable' in marks) {
    if (check.marks.length > 0) return { standing: 'failing', cause: `spool unreadable: ${marks.unreadable}` };
  } else {
    const mark = deciding(check.marks, marks);
    if (mark !== undefined) return { standing: mark.state, cause: mark.reason ?? '', mark };
  }
  if (state === undefined) return { standing: 'unknown', cause: 'no verdict yet' };
  if (isMarked) return { standing: 'unknown', cause: 'its mark is gone, and nobody has asked since' };
  if (now - told <= SILENCE) return { standing: state === 'up' ? 'up' : 'failing', cause, isTold: true };
  return { standing: 'unknown', cause: `nobody has asked for ${formatDuration((now - told) / 1000)}; it was ${state}: ${cause}` };
}

/** The mark that decides: a down beats a drain, among equals the first name. */
function deciding(names: readonly string[], marks: ReadonlyMap<string, Mark>): Mark | undefined {
  let drain: Mark | undefined;
  for (const name of names) {
    const mark = marks.get(name);
    if (mark?.state === 'down') return mark;
    drain ??= mark;
  }
  return drain;
}
