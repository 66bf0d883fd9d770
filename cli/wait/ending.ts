// What is said when a wait ends: what stands, what is still open, and why it may be.
import { formatMarkName } from '../../lib/route.ts';
import type { Failure } from '../errors.ts';
import type { Shell } from '../shell.ts';
import type { Wait } from './index.ts';
import { checkedOf, nameOf, type Shown } from './progress.ts';
import { plural } from './standing.ts';

/** A wait at its end. */
export interface Ending {
  readonly wait: Wait;
  /** Seconds. */
  readonly elapsed: number;
  readonly shown: readonly Shown[];
  /** Addresses that were to be waited for and have not asked. */
  readonly unseen: readonly string[];
  /** Whether the daemon has answered at all. */
  readonly heard: boolean;
  /** Why the last look saw nothing. */
  readonly unheard: Failure | undefined;
  /** Why the daemon does not know every balancer yet. */
  readonly starting: string | undefined;
  /** What has become of the marks, where they no longer say what is waited for. */
  readonly changed: string | undefined;
}

/** Every balancer has followed, or there is none. */
export function sayFinished({ wait, elapsed, shown }: Ending, shell: Shell): void {
  if (shown.length === 0) return shell.warn(`no balancer has asked about ${namesOf(wait)} in the last minute: nobody to wait for`);
  sayUncounted(wait, shown, shell);
  if (!shell.isTerminal || wait.json) return;
  const followed = `${shown.length === 1 ? 'has' : 'have'} ${wait.state === 'up' ? 'taken back' : 'let go of'}`;
  shell.print(`${plural(shown.length, 'balancer')} ${followed} ${namesOf(wait)}, after ${elapsed.toFixed(1)} s\n`);
}

function sayUncounted({ state }: Wait, shown: readonly Shown[], shell: Shell): void {
  const uncounted = state === 'up' ? [] : shown.filter(({ standing }) => standing.connections === undefined);
  for (const service of new Set(uncounted.map(({ standing }) => standing.row.service))) {
    shell.warn(`connections of ${service} cannot be counted: no balancer names a port of it, or this host has no /proc/net/tcp`);
  }
}

/** There is no daemon, or none that ever answered. */
export function sayUnheard({ wait, unheard }: Ending, shell: Shell): void {
  shell.warn(`${outcomeOf(wait)}, but nobody was waited for: ${unheard?.message ?? ''}`);
}

/** A signal came. */
export function sayInterrupted({ wait, elapsed }: Ending, shell: Shell): void {
  shell.warn(`interrupted after ${elapsed.toFixed(1)} s; ${outcomeOf(wait)}`);
}

/** Somebody else has changed the marks, or one has expired. */
export function sayChanged({ elapsed, changed }: Ending, shell: Shell): void {
  shell.warn(`${changed ?? ''}: a mark was made, removed, or has expired; gave up after ${elapsed.toFixed(1)} s (see hactl status)`);
}

/** The time is over. */
export function sayTimedOut({ wait, elapsed, shown, unseen, unheard, starting }: Ending, shell: Shell): void {
  const open = shown.filter(({ cause }) => cause !== undefined);
  shell.warn(`gave up after ${elapsed.toFixed(0)} s; ${outcomeOf(wait)}`);
  if (unheard !== undefined) shell.warn(unheard.message);
  else if (starting !== undefined) shell.warn(`still open: ${starting}`);
  for (const { standing, cause } of open) shell.warn(`still open: ${nameOf(standing.row)} ${checkedOf(standing.row)}: ${cause}`);
  for (const address of unseen) shell.warn(`still open: ${address} has not asked about ${namesOf(wait)}`);
  if (open.some(({ standing }) => standing.connections !== undefined && standing.connections.all > 0)) {
    shell.warn("a connection may be one that HAProxy keeps for later: 'pool-max-conn 0' on its server line, or 'option http-server-close', keeps its pool small");
  }
  sayUncounted(wait, shown, shell);
  const intervals = shown.flatMap(({ standing }) => standing.row.interval ?? []);
  if (intervals.length > 0) shell.warn(worstCase(wait, Math.max(...intervals)));
}

/** How long HAProxy takes at most, with the longest interval seen between its checks. */
function worstCase({ state, fall, rise }: Wait, interval: number): string {
  const seconds = (checks: number): string => `${(checks * interval).toFixed(1)} s`;
  const checking = `at ${interval.toFixed(1)} s between its checks, HAProxy takes up to`;
  if (state === 'up') return `${checking} ${seconds(rise)} to take a server back (rise ${rise}) and ${seconds(1)} more to say so`;
  const checks = state === 'drain' ? 1 : fall;
  return `${checking} ${seconds(checks)} to stop sending (${state === 'drain' ? 'a drain' : `fall ${fall}`}) and ${seconds(2)} more to say twice that nothing runs; then there are the requests that run`;
}

/** What stands, however the wait has ended. */
function outcomeOf(wait: Wait): string {
  const one = wait.services.length === 1;
  if (wait.state === 'up') return `${namesOf(wait)} ${one ? 'has' : 'have'} no mark any more`;
  return `${one ? 'the mark' : 'the marks'} ${namesOf(wait)} ${one ? 'stands' : 'stand'}`;
}

function namesOf({ services }: Wait): string {
  return services.map(formatMarkName).join(', ');
}
