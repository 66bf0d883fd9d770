/** What tells the time. An argument wherever time matters, so that specs move it instead of sleeping. */
export interface Clock {
  /** Milliseconds on a clock that never jumps; only differences mean anything. */
  readonly monotonic: () => number;
  /** Unix time in seconds, as marks hold it; may jump when an operator sets the clock. */
  readonly time: () => number;
}

/** The machine's own clocks. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  time: () => Date.now() / 1000,
};

/** How long a time is, for people: `45 s`, `12 min`, `3 h`, `2 d`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  if (whole < 90 * 60) return `${Math.round(whole / 60)} min`;
  return whole < 36 * 3600 ? `${Math.round(whole / 3600)} h` : `${Math.round(whole / 86400)} d`;
}
