// What the daemon of this host knew when it was looked at, and whether it has been up for long enough to know everybody.
import type { BalancerRow } from '../lib/balancer-row.ts';

/** What a daemon knows at one moment. */
export interface Look {
  /** Seconds since it was started. */
  readonly uptime: number;
  /** Which checks are told the marks: all, or those of the agent alone. */
  readonly marksOn: 'all' | 'agent';
  /** Whether its agent says `drain` and `maint`, which HAProxy does not show in the state that it reports. */
  readonly agentAdmin: boolean;
  /** The folder in which it reads the marks; undefined where it does not say. */
  readonly spoolRoot: string | undefined;
  readonly rows: readonly BalancerRow[];
}

/** Seconds that a daemon must be up before every balancer has had its turn to ask. */
export const SETTLED = 10;

/** Why a daemon does not know every balancer yet; undefined where it does. */
export function startingUp({ uptime }: Look): string | undefined {
  if (uptime >= SETTLED) return undefined;
  return `hacheck was started ${Math.floor(uptime)} s ago; waiting until it has been up for ${SETTLED} s, so that every balancer has had its turn to ask`;
}
