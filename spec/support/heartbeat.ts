// The turns of this process' event loop. On a busy machine it stands still now and then, and whatever it measures takes that much longer.
import { after } from 'node:test';

/** Milliseconds between two beats, and from which gap between two on it has stood still. */
const BEAT = 5, GAP = 2 * BEAT;

/** A process that notes its turns. */
export interface Heartbeat {
  /** Milliseconds between two moments, of `performance.now()`, in which this process stood still. */
  readonly stoodStill: (from: number, to: number) => number;
  /** The longest standstill so far. */
  readonly longest: () => number;
}

/** Starts noting; it ends with the specs around the call. */
export function startHeartbeat(): Heartbeat {
  const gaps: { readonly from: number; readonly to: number }[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last > GAP) gaps.push({ from: last, to: now });
    last = now;
  }, BEAT);
  after(() => clearInterval(timer));
  return {
    stoodStill: (from, to) => gaps.reduce((sum, gap) => sum + Math.max(0, Math.min(gap.to, to) - Math.max(gap.from, from)), 0),
    longest: () => Math.max(0, ...gaps.map((gap) => gap.to - gap.from)),
  };
}
