// Deadlines of a process that may stand still: stopped by a signal, frozen with its cgroup, or with an event loop that was blocked.

/** What a deadline goes by. */
export interface Timers {
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number;
  /** Calls after so many milliseconds, or later where the process stands still; returns what cancels it. */
  readonly after: (milliseconds: number, call: () => void) => () => void;
}

/** Milliseconds by which a timer is late on a machine that is merely busy. */
const BUSY = 50;

const NODES: Timers = {
  now: () => performance.now(),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

/**
 * Calls when so many milliseconds have gone by in which one could look at one's sockets. Where the process stood still as they ended, what
 * others sent meanwhile lies unread, and they get as much time again as was missed, once, and no more than they had.
 *
 * @returns what cancels it
 */
export function startDeadline(milliseconds: number, passed: () => void, { now, after } = NODES): () => void {
  const due = now() + milliseconds;
  let cancel = after(milliseconds, () => {
    const late = now() - due;
    if (late <= BUSY) return passed();
    cancel = after(Math.min(late, milliseconds), passed);
  });
  return () => cancel();
}
