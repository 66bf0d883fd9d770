// Deadlines of a process that may stand still: stopped by a signal, frozen with its cgroup, or with an event loop that was blocked.

/** Milliseconds by which a timer is late on a machine that is merely busy. */
const BUSY = 50;

/**
 * Calls when so many milliseconds have gone by in which one could look at one's sockets. Where the process stood still as they ended, what
 * others sent meanwhile lies unread, and they get as much time again as was missed, once, and no more than they had.
 *
 * @returns what cancels it
 */
export function startDeadline(milliseconds: number, passed: () => void): () => void {
  const due = performance.now() + milliseconds;
  let timer = setTimeout(() => {
    const late = performance.now() - due;
    if (late <= BUSY) return passed();
    timer = setTimeout(passed, Math.min(late, milliseconds));
  }, milliseconds);
  return () => clearTimeout(timer);
}
