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
