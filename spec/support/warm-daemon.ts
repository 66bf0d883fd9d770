// A daemon that has been up for so long that hactl --wait need not wait for every balancer to have its turn.
import { systemClock, type Clock } from '../../lib/clock.ts';
import type { DaemonOptions } from '../../lib/daemon.ts';
import { testedDaemon, type TestedDaemon } from './daemon.ts';

const WARM = 10_000;

/** Starts a daemon, and lets ten seconds go by on its clock that never jumps; its other clock tells the real time. */
export async function warmDaemon(options: Partial<DaemonOptions> = {}): Promise<TestedDaemon> {
  let gone = 0;
  const clock: Clock = { time: systemClock.time, monotonic: () => systemClock.monotonic() + gone };
  const daemon = await testedDaemon(options, clock);
  gone = WARM;
  return daemon;
}
