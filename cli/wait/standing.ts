// When a balancer has let go of a service, or taken it back: the rules, and nothing else.
import { saysOut, type BalancerRow } from '../../lib/balancer-row.ts';
import { isoTime } from '../../lib/mark.ts';
import type { Verdict } from '../../lib/verdict.ts';

/** What is waited for. */
export interface Goal {
  /** The verdict that every balancer is to be told, and to follow. */
  readonly state: Verdict['state'];
  /** How many times running a balancer that says no state is told it before it follows (HAProxy's `fall` and `rise`). */
  readonly fall: number;
  readonly rise: number;
}

/** Connections from a balancer's address to the service's ports. */
export interface Counted {
  readonly all: number;
  /** Without those that the balancer merely keeps for later. */
  readonly inUse: number;
}

/** One balancer of a service, at one moment of a wait. */
export interface Standing {
  readonly row: BalancerRow;
  /** Whether it has been told the new verdict since the mark changed. */
  readonly told: boolean;
  /** Whether its agent was told a drain in a word that HAProxy does not show in the state that it reports. */
  readonly hidden: boolean;
  /** How many reports running say that it sends nothing any more, and that nothing runs. */
  readonly quiet: number;
  /** Whether it has not asked for longer than it should. */
  readonly silent: boolean;
  /** Undefined where they cannot be counted. */
  readonly connections: Counted | undefined;
}

/** So many reports running are believed; one may have come just before a last session did. */
const QUIET_REPORTS = 2;

/** Whether a row says that nothing runs and nothing waits. */
export function saysIdle({ sessions, queue }: BalancerRow): boolean {
  return (sessions ?? 0) === 0 && (queue ?? 0) === 0;
}

/** Why a balancer is not done yet, in a few words; undefined where it is. */
export function openCause(goal: Goal, standing: Standing): string | undefined {
  return goal.state === 'up' ? notTaken(goal, standing) : notLetGo(goal, standing);
}

function notTaken({ rise }: Goal, { row, told, silent }: Standing): string | undefined {
  if (silent) return `silent since ${isoTime(row.last)}: in maintenance?`;
  if (!told) return notTold(row, 'up');
  if (row.state !== null) return row.state.startsWith('UP') ? undefined : `says ${row.state}`;
  return notToldEnough(row, rise);
}

function notLetGo({ state, fall }: Goal, { row, told, hidden, quiet, silent, connections }: Standing): string | undefined {
  if (silent) return stillOpenThoughSilent(row, connections);
  if (!told) return notTold(row, state);
  if (row.state === null) return notToldEnough(row, fall) ?? inUse(connections);
  if (!hidden && !saysOut(row)) return `says ${row.state}`;
  if (!saysIdle(row)) return runs(row);
  return inUse(connections) ?? (quiet >= QUIET_REPORTS || connections?.all === 0 ? undefined : 'one more report');
}

/** What it was told before the marks changed may be the very verdict that it is to be told now. */
function notTold({ told }: BalancerRow, wanted: Goal['state']): string {
  return told === null || told === wanted ? 'not told yet' : `told ${told}`;
}

function stillOpenThoughSilent({ last }: BalancerRow, connections: Counted | undefined): string | undefined {
  const since = `silent since ${isoTime(last)}`;
  if (connections === undefined) return `${since}, and its connections cannot be counted`;
  return connections.all === 0 ? undefined : `${since}, ${plural(connections.all, 'connection')} left`;
}

/** A check over HTTP has to fail, or to succeed, several times running. An agent's word counts at once, but one row can stand for the agent checks of several backends. */
function notToldEnough({ running }: BalancerRow, times: number): string | undefined {
  return running >= times ? undefined : `told ${running} of ${times} times`;
}

function runs({ sessions, queue }: BalancerRow): string {
  const waiting = (queue ?? 0) === 0 ? '' : `, ${queue} queued`;
  return `${plural(sessions ?? 0, 'session')}${waiting}`;
}

function inUse(connections: Counted | undefined): string | undefined {
  return connections === undefined || connections.inUse === 0 ? undefined : `${plural(connections.inUse, 'connection')} in use`;
}

/** `1 session`, `2 sessions`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
